package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.session.IpText;
import io.xdp4j.tools.session.Macs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The packet that trafficgen's UDP modes send.
final class UdpOptions {
    static final int MAX_PORT = 65535;

    @Option(
            names = {"-m", "--dst-mac"},
            paramLabel = "MAC",
            description = "destination address (default: ${DEFAULT-VALUE})")
    private String destinationMac = "00:00:00:00:00:01";

    @Option(
            names = {"-M", "--src-mac"},
            paramLabel = "MAC",
            description = "source address (default: the device's; of udp 02:00:00:00:00:02)")
    private @Nullable String sourceMac;

    @Option(
            names = {"-a", "--dst-addr"},
            paramLabel = "ADDR",
            description = "destination IP address (default: ${DEFAULT-VALUE})")
    private String destination = "fe80::2";

    @Option(
            names = {"-A", "--src-addr"},
            paramLabel = "ADDR",
            description = "source IP address (default: ${DEFAULT-VALUE})")
    private String source = "fe80::1";

    @Option(
            names = {"-p", "--dst-port"},
            paramLabel = "PORT",
            description = "destination port, the first when they vary (default: ${DEFAULT-VALUE})")
    private int destinationPort = 1;

    @Option(
            names = {"-P", "--src-port"},
            paramLabel = "PORT",
            description = "source port (default: ${DEFAULT-VALUE})")
    private int sourcePort = 1;

    @Option(
            names = {"-s", "--pkt-size"},
            paramLabel = "BYTES",
            description = "size of a packet (default: ${DEFAULT-VALUE})")
    private int size = 66;

    /// Refuses ports that there are not.
    void check() {
        TrafficgenSources.check("--dst-port", destinationPort, 1, MAX_PORT);
        TrafficgenSources.check("--src-port", sourcePort, 1, MAX_PORT);
    }

    int destinationPort() {
        return destinationPort;
    }

    /// The packet.
    ///
    /// @param mac its source where the user names none
    byte[] frame(byte[] mac) {
        IpTemplate headers =
                new IpTemplate(
                        Macs.parse("--dst-mac", destinationMac),
                        sourceMac == null ? mac : Macs.parse("--src-mac", sourceMac),
                        IpText.parse("--dst-addr", destination),
                        IpText.parse("--src-addr", source),
                        IpTemplate.PROTOCOL_UDP);
        return new UdpTemplate(headers, destinationPort, sourcePort, size).frame();
    }
}
