package io.xdp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.ToolCommand;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `xdp4j devices`.
final class DevicesTest {
    @Test
    void jsonHasTheInterfacesOfTheHost() throws SocketException {
        ToolCommand.Output output = ToolCommand.of("devices", "--json").run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        assertThat(output.err()).isEmpty();
        Json list = Json.parse(String.join("\n", output.out()));
        List<String> names =
                list.at("devices").list().stream().map(link -> link.at("name").text()).toList();
        assertThat(names)
                .containsAll(
                        NetworkInterface.networkInterfaces()
                                .map(NetworkInterface::getName)
                                .toList());
        assertThat(list.at("transports").list().stream().map(Json::text))
                .contains("af_packet", "generator", "pcap", "tap", "veth");
    }

    @Test
    void tableHasALineForEachInterface() {
        ToolCommand.Output output = ToolCommand.of("devices").run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        assertThat(output.err()).isEmpty();
        assertThat(output.out().getFirst()).startsWith("INDEX INTERFACE");
        assertThat(output.out()).anyMatch(line -> line.contains(" lo "));
        assertThat(output.out().getLast()).startsWith("Transports of this build: af_packet, ");
    }
}
