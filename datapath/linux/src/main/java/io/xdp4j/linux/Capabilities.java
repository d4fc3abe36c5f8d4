package io.xdp4j.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A set of capabilities of this process.
///
/// Having one says that the kernel will not refuse for lack of it; a seccomp filter still may.
///
/// - Thread: any; immutable.
/// - Fails: [#effective()] throws [UncheckedIOException] where `/proc` is missing.
/// - Kernel: `capabilities(7)`, `CapEff` of `/proc/self/status`.
///
/// @param mask bit `n` is capability number `n`
public record Capabilities(long mask) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String FIELD = "CapEff:";

    /// What the process may do now.
    public static Capabilities effective() {
        try {
            return parse(Files.readAllLines(STATUS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Capabilities parse(List<String> status) {
        for (String line : status) {
            if (line.startsWith(FIELD)) {
                return new Capabilities(
                        Long.parseUnsignedLong(line.substring(FIELD.length()).strip(), 16));
            }
        }
        throw new IllegalArgumentException(STATUS + ": no line " + FIELD);
    }

    public boolean has(Capability capability) {
        return (mask >>> capability.bit() & 1) != 0;
    }

    /// Those of `wanted` that are not in this set, in the given order.
    public List<Capability> missing(Capability... wanted) {
        return List.of(wanted).stream().filter(capability -> !has(capability)).toList();
    }
}
