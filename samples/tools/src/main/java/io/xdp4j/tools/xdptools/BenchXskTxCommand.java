package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.xsk.L2FwdLoop;
import io.xdp4j.tools.xsk.XskFace;
import io.xdp4j.tools.xsk.XskLoop;
import io.xdp4j.tools.xsk.XskPort;
import picocli.CommandLine.Command;

/// `xdp4j bench xsk-tx`.
@Command(
        name = "xsk-tx",
        description = "Send packets of an AF_XDP socket back, MAC addresses swapped.",
        mixinStandardHelpOptions = true)
final class BenchXskTxCommand extends XskReceivingBenchCommand {
    @Override
    String verb() {
        return "Hairpinning packets";
    }

    @Override
    protected XskLoop loop(XskFace face, XskPort port) {
        return new L2FwdLoop(port, BATCH, false);
    }
}
