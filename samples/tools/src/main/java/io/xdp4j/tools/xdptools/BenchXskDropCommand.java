package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.xsk.RxDropLoop;
import io.xdp4j.tools.xsk.XskFace;
import io.xdp4j.tools.xsk.XskLoop;
import io.xdp4j.tools.xsk.XskPort;
import picocli.CommandLine.Command;

/// `xdp4j bench xsk-drop`.
@Command(
        name = "xsk-drop",
        description = "Drop packets of an AF_XDP socket.",
        mixinStandardHelpOptions = true)
final class BenchXskDropCommand extends XskReceivingBenchCommand {
    @Override
    String verb() {
        return "Dropping packets";
    }

    @Override
    protected XskLoop loop(XskFace face, XskPort port) {
        return new RxDropLoop(port, BATCH, false);
    }
}
