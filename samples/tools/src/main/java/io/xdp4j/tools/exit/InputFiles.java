package io.xdp4j.tools.exit;

import java.nio.file.Files;
import java.nio.file.Path;

/// Files that the user named to read.
public final class InputFiles {
    private InputFiles() {}

    /// Why a file could not be read.
    public static String reasonAgainst(Path file) {
        if (!Files.exists(file)) {
            return "does not exist";
        }
        return Files.isDirectory(file)
                ? "is a directory"
                : Files.isReadable(file) ? "cannot be read" : "cannot be read: permission denied";
    }
}
