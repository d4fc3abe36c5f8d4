package io.xdp4j.tools.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The eBPF objects of `samples/bpf`, as files beside a configuration that names them.
///
/// Thread: one.
/// Owns: a temporary directory, until the JVM ends.
public final class SampleObjects {
    private static final String RESOURCES = "/io/xdp4j/tools/bpf/";

    private final Path directory;

    private SampleObjects(Path directory) {
        this.directory = directory;
    }

    /// Puts objects out of the jar into a directory of their own.
    public static SampleObjects extract(String... names) {
        try {
            Path directory = Files.createTempDirectory("xdp4j-");
            directory.toFile().deleteOnExit();
            for (String name : names) {
                Path file = directory.resolve(name);
                file.toFile().deleteOnExit();
                try (InputStream in = SampleObjects.class.getResourceAsStream(RESOURCES + name)) {
                    if (in == null) {
                        throw new IllegalStateException(name + " is not in the jar");
                    }
                    Files.copy(in, file);
                }
            }
            return new SampleObjects(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The bytes of one object.
    public static byte[] bytes(String name) {
        try (InputStream in = SampleObjects.class.getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A file of that name in the directory.
    public Path file(String name) {
        return directory.resolve(name);
    }
}
