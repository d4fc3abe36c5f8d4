package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.xsk.TxOnlyLoop;
import io.xdp4j.tools.xsk.TxPacket;
import io.xdp4j.tools.xsk.XskFace;
import io.xdp4j.tools.xsk.XskLoop;
import io.xdp4j.tools.xsk.XskMode;
import io.xdp4j.tools.xsk.XskPort;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j trafficgen xsk-udp`.
@Command(
        name = "xsk-udp",
        description =
                "Send UDP packets through an AF_XDP socket, as fast as the device takes them.",
        mixinStandardHelpOptions = true)
final class TrafficgenXskUdpCommand extends XskBenchCommand {
    private static final int RETRIES = 3;

    @Mixin private UdpOptions packet = new UdpOptions();

    @Option(
            names = {"-n", "--num-packets"},
            paramLabel = "N",
            description = "end after N packets")
    private long packets;

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
        packet.check();
        range("--num-packets", packets, 0, Long.MAX_VALUE);
    }

    @Override
    protected XskMode mode() {
        return XskMode.AUTO;
    }

    @Override
    protected XskLoop loop(XskFace face, XskPort port) {
        return new TxOnlyLoop(
                port,
                BATCH,
                false,
                TxPacket.of(packet.frame(face.mac())),
                new TxOnlyLoop.Plan(packets, RETRIES, 0));
    }
}
