package io.xdp4j.tools.xdptools;

import io.xdp4j.core.program.XdpAction;
import picocli.CommandLine.Command;

/// `xdp4j bench tx`.
@Command(
        name = "tx",
        description = "Send all packets back out of the device (hairpin forwarding).",
        mixinStandardHelpOptions = true)
final class BenchTxCommand extends BasicBenchCommand {
    BenchTxCommand() {
        super(XdpAction.XDP_TX, "Hairpinning", PacketOperation.SWAP_MACS);
    }
}
