package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.session.IpText;
import io.xdp4j.tools.session.Macs;
import io.xdp4j.tools.xsk.TxOnlyLoop;
import io.xdp4j.tools.xsk.TxPacket;
import io.xdp4j.tools.xsk.XskFace;
import io.xdp4j.tools.xsk.XskLoop;
import io.xdp4j.tools.xsk.XskMode;
import io.xdp4j.tools.xsk.XskPort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `xdp4j trafficgen xsk-udp`.
@Command(
        name = "xsk-udp",
        description =
                "Send UDP packets through an AF_XDP socket, as fast as the device takes them.",
        mixinStandardHelpOptions = true)
final class TrafficgenXskUdpCommand extends XskBenchCommand {
    private static final int RETRIES = 3;
    private static final int MAX_PORT = 65535;

    @Option(
            names = {"-m", "--dst-mac"},
            paramLabel = "MAC",
            description = "destination address (default: ${DEFAULT-VALUE})")
    private String destinationMac = "00:00:00:00:00:01";

    @Option(
            names = {"-M", "--src-mac"},
            paramLabel = "MAC",
            description = "source address (default: the device's)")
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
            description = "destination port (default: ${DEFAULT-VALUE})")
    private int destinationPort = 1;

    @Option(
            names = {"-P", "--src-port"},
            paramLabel = "PORT",
            description = "source port (default: ${DEFAULT-VALUE})")
    private int sourcePort = 1;

    @Option(
            names = {"-n", "--num-packets"},
            paramLabel = "N",
            description = "end after N packets")
    private long packets;

    @Option(
            names = {"-s", "--pkt-size"},
            paramLabel = "BYTES",
            description = "size of a packet (default: ${DEFAULT-VALUE})")
    private int size = 66;

    @Option(
            names = {"-I", "--interval"},
            paramLabel = "SECONDS",
            description = "seconds between reports (default: ${DEFAULT-VALUE})")
    private int seconds = 1;

    @Override
    int interval() {
        return seconds;
    }

    @Override
    boolean receives() {
        return false;
    }

    @Override
    String verb() {
        return "Transmitting";
    }

    @Override
    protected void check() {
        super.check();
        range("--dst-port", destinationPort, 1, MAX_PORT);
        range("--src-port", sourcePort, 1, MAX_PORT);
        range("--num-packets", packets, 0, Long.MAX_VALUE);
    }

    @Override
    protected XskMode mode() {
        return XskMode.AUTO;
    }

    @Override
    protected XskLoop loop(XskFace face, XskPort port) {
        IpTemplate headers =
                new IpTemplate(
                        Macs.parse("--dst-mac", destinationMac),
                        sourceMac == null ? face.mac() : Macs.parse("--src-mac", sourceMac),
                        IpText.parse("--dst-addr", destination),
                        IpText.parse("--src-addr", source),
                        IpTemplate.PROTOCOL_UDP);
        byte[] frame = new UdpTemplate(headers, destinationPort, sourcePort, size).frame();
        return new TxOnlyLoop(
                port, BATCH, false, TxPacket.of(frame), new TxOnlyLoop.Plan(packets, RETRIES, 0));
    }
}
