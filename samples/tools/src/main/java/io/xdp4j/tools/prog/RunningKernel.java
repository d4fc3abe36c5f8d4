package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The types of the kernel that this process runs on.
///
/// Thread: any.
/// Fails: `null` where the kernel shows none, as without `CONFIG_DEBUG_INFO_BTF`.
final class RunningKernel implements Supplier<@Nullable BtfSpec> {
    private static final Path TYPES = Path.of("/sys/kernel/btf/vmlinux");

    private boolean read;
    private @Nullable BtfSpec types;

    @Override
    public synchronized @Nullable BtfSpec get() {
        if (!read) {
            read = true;
            types = read();
        }
        return types;
    }

    private static @Nullable BtfSpec read() {
        try {
            return Files.isReadable(TYPES)
                    ? BtfSpec.parse(Files.readAllBytes(TYPES), TYPES.toString())
                    : null;
        } catch (IOException | EbpfException e) {
            return null;
        }
    }

    /// Name of the kernel function with that number, or null.
    @Nullable String function(int id) {
        BtfSpec all = get();
        return all != null
                        && id > 0
                        && id < all.count()
                        && all.type(id) instanceof BtfType.Func function
                ? function.name()
                : null;
    }
}
