package io.xdp4j.tools.xdptools;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.tools.report.SampleKind;
import picocli.CommandLine.Command;

/// `xdp4j bench drop`.
@Command(
        name = "drop",
        description = "Drop all packets of a device.",
        mixinStandardHelpOptions = true)
final class BenchDropCommand extends BasicBenchCommand {
    BenchDropCommand() {
        super(XdpAction.XDP_DROP, "Dropping", PacketOperation.NO_TOUCH, SampleKind.DROP_OK);
    }
}
