package io.xdp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.tool.ToolCommand;
import io.xdp4j.linux.Capabilities;
import io.xdp4j.linux.Capability;
import io.xdp4j.linux.LinuxPlatform;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Without a capability the tool says which one is missing, and how to do without.
final class PermissionTest {
    @BeforeAll
    static void needsLinux() {
        assumeTrue(LinuxPlatform.isSupported(), "needs Linux");
    }

    @Test
    void namesTheCapabilityForPacketSockets() {
        ToolCommand.Output output =
                without(Capability.CAP_NET_RAW, "net_raw", ToolCommand.of("switch", "lo", "x"));
        assertThat(output.exitCode()).as(output.toString()).isEqualTo(5);
        assertThat(output.out()).isEmpty();
        BadInputTest.assertOneLine(output.complaints(), "needs CAP_NET_RAW; run as root, or");
    }

    @Test
    void namesTheCapabilityForTap() {
        assumeTrue(Files.isReadable(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        ToolCommand.Output output =
                without(
                        Capability.CAP_NET_ADMIN,
                        "net_admin",
                        ToolCommand.of(
                                "run", "datapath/conformance/src/test/resources/bad/tap.yaml"));
        assertThat(output.exitCode()).as(output.toString()).isEqualTo(5);
        assertThat(output.out()).isEmpty();
        BadInputTest.assertOneLine(output.complaints(), "needs CAP_NET_ADMIN; run as root, or");
    }

    @Test
    void listsDevicesWithoutIt() {
        ToolCommand.Output output =
                without(Capability.CAP_NET_RAW, "net_raw", ToolCommand.of("devices"));
        assertThat(output.exitCode()).as(output.toString()).isZero();
        assertThat(output.out()).anyMatch(line -> line.contains("- (needs CAP_NET_RAW)"));
    }

    /// Runs it as it is where we lack the capability too, and without it where we have it.
    private static ToolCommand.Output without(
            Capability capability, String name, ToolCommand command) {
        if (!Capabilities.effective().has(capability)) {
            return command.run();
        }
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(directory -> new File(directory, "setpriv").canExecute()),
                "needs the setpriv tool (package util-linux)");
        return command.by("setpriv", "--bounding-set", "-" + name, "--").run();
    }
}
