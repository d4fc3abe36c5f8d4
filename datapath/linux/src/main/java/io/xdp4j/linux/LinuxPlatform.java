package io.xdp4j.linux;

import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;

/// Tells whether the system calls of this module can be used on this machine.
///
/// Ask here before touching any other class with calls: those look up their symbols when they are
/// initialised, and initialisation fails where the symbols do not exist. This class and the classes
/// that hold only constants load everywhere.
///
/// - Thread: any.
/// - Fails: [#requireSupported()] throws [UnsupportedOperationException] with the reason.
/// - Kernel: 5.10 or later on x86-64 and arm64.
public final class LinuxPlatform {
    private LinuxPlatform() {}

    /// Whether this is 64-bit little-endian Linux on x86-64 or arm64.
    public static boolean isSupported() {
        return unsupportedReason().isEmpty();
    }

    /// Why [#isSupported()] is false; empty when it is true.
    public static Optional<String> unsupportedReason() {
        String os = System.getProperty("os.name", "");
        if (!os.equals("Linux")) {
            return Optional.of("operating system: " + os + " (expected: Linux)");
        }
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        if (!arch.equals("amd64") && !arch.equals("aarch64")) {
            return Optional.of("architecture: " + arch + " (expected: amd64 or aarch64)");
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return Optional.of("byte order: big-endian (expected: little-endian)");
        }
        return Optional.empty();
    }

    /// Throws [UnsupportedOperationException] unless [#isSupported()].
    public static void requireSupported() {
        unsupportedReason()
                .ifPresent(reason -> {
                    throw new UnsupportedOperationException(
                            reason + "; use a pcap or generator device here");
                });
    }
}
