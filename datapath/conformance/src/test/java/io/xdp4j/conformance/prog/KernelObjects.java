package io.xdp4j.conformance.prog;

import io.xdp4j.conformance.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Objects that go into the live kernel: the repository's, those that Debian's xdp-tools and libxdp1
/// install, and those in the directories of `-Dxdp4j.objects=DIR:DIR`.
final class KernelObjects {
    private static final Path INSTALLED = Path.of("/usr/lib/x86_64-linux-gnu/bpf");

    private KernelObjects() {}

    static List<Path> repositoryAndPackages() {
        List<Path> all = new ArrayList<>();
        Repository.files("samples/bpf/*.o")
                .forEach(file -> all.add(Repository.root().resolve(file)));
        all.addAll(in(INSTALLED));
        return all;
    }

    /// What the user names.
    static List<Path> named() {
        List<Path> all = new ArrayList<>();
        for (String directory : System.getProperty("xdp4j.objects", "").split(":", -1)) {
            if (!directory.isEmpty()) {
                all.addAll(in(Path.of(directory)));
            }
        }
        return all;
    }

    private static List<Path> in(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".o")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
