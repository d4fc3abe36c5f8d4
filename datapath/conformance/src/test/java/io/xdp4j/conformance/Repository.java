package io.xdp4j.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The source tree that is being tested.
public final class Repository {
    private static final List<String> BUILT = List.of("target", ".git");

    private Repository() {}

    /// The directory of the launcher.
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(directory.resolve("xdp4j"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        Path.of("").toAbsolutePath() + " (expected: within the repository)");
            }
            directory = parent;
        }
        return directory;
    }

    /// All files that are not built, whose path relative to the root matches a glob.
    public static List<Path> files(String glob) {
        Path root = root();
        var matcher = root.getFileSystem().getPathMatcher("glob:" + glob);
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(root::relativize)
                    .filter(Repository::isSource)
                    .filter(matcher::matches)
                    .filter(file -> Files.isRegularFile(root.resolve(file)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSource(Path file) {
        for (Path part : file) {
            if (BUILT.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }

    /// True on a Linux of that version, whatever its patch level.
    public static boolean isKernel(int major, int minor) {
        return System.getProperty("os.version", "").startsWith(major + "." + minor + ".");
    }

    /// The text of a file, named relative to the root.
    public static String read(Path file) {
        try {
            return Files.readString(root().resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
