package io.xdp4j.conformance.prog;

import io.xdp4j.ebpf.btf.BtfSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The types of the kernel under the tests.
final class KernelTypes {
    private static final Path FILE = Path.of("/sys/kernel/btf/vmlinux");
    private static final @Nullable BtfSpec TYPES = parse();

    private KernelTypes() {}

    private static @Nullable BtfSpec parse() {
        try {
            return Files.isReadable(FILE) ? BtfSpec.parse(Files.readAllBytes(FILE)) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Null where the kernel does not show them.
    static @Nullable BtfSpec read() {
        return TYPES;
    }
}
