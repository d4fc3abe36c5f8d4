package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Runs a second JVM that believes to be on another system.
class ForeignPlatformTest {
    /// What a module that offers more than Linux does there.
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            System.out.println(LinuxPlatform.isSupported());
            System.out.println(LinuxPlatform.unsupportedReason().orElseThrow());
            System.out.println(NativeException.of("socket", "AF_PACKET", Errno.EPERM).errno());
            try {
                Sockets.socket(Sockets.AF_PACKET, Sockets.SOCK_RAW, 0);
            } catch (ExceptionInInitializerError e) {
                System.out.println(e.getCause());
            }
        }
    }

    @Test
    void loadsAndRefusesWithAReason() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Dos.name=Plan 9",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        String reason = "operating system: Plan 9 (expected: Linux)";
        assertThat(output.lines())
                .containsExactly(
                        "false",
                        reason,
                        "1",
                        "java.lang.UnsupportedOperationException: "
                                + reason
                                + "; use a pcap or generator device here");
    }
}
