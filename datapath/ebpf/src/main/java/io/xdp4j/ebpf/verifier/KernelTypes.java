package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The running kernel's types, read when a program first asks for one.
///
/// Fails: [UnsupportedException] where they are needed and there are none.
final class KernelTypes {
    private final Supplier<@Nullable BtfSpec> source;
    private @Nullable BtfSpec btf;
    private boolean read;

    KernelTypes(Supplier<@Nullable BtfSpec> source) {
        this.source = source;
    }

    /// All types, or null where no kernel shows them.
    @Nullable BtfSpec orNull() {
        if (!read) {
            btf = source.get();
            read = true;
        }
        return btf;
    }

    BtfSpec all() {
        BtfSpec types = orNull();
        if (types == null) {
            throw new UnsupportedException(
                    "the program uses kernel objects, and there are no kernel types to check it"
                            + " against (expected: /sys/kernel/btf/vmlinux)");
        }
        return types;
    }

    /// Number of a structure, 0 when the kernel has none of that name.
    int struct(String name) {
        return all().idOf(BtfType.Struct.class, name);
    }

    /// True when these types are the kernel's, not the program's.
    boolean is(@Nullable BtfSpec types) {
        return read && types != null && types == btf;
    }
}
