package io.xdp4j.tools.xdptools;

import io.xdp4j.core.program.XdpAction;
import picocli.CommandLine.Command;

/// `xdp4j bench pass`.
@Command(
        name = "pass",
        description = "Pass all packets to the host side.",
        mixinStandardHelpOptions = true)
final class BenchPassCommand extends BasicBenchCommand {
    BenchPassCommand() {
        super(XdpAction.XDP_PASS, "Passing", PacketOperation.NO_TOUCH);
    }
}
