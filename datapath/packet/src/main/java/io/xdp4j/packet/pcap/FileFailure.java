package io.xdp4j.packet.pcap;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Why a file cannot be opened, in the words of `strerror`.
final class FileFailure {
    private FileFailure() {}

    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException none -> "no such file or directory";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
