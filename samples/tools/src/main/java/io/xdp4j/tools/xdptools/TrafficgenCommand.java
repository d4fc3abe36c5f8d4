package io.xdp4j.tools.xdptools;

import picocli.CommandLine.Command;

/// `xdp4j trafficgen`.
///
/// Kernel: xdp-trafficgen of xdp-tools 1.6.
@Command(
        name = "trafficgen",
        aliases = "xdp-trafficgen",
        description = "Send generated packets out of a device.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TrafficgenUdpCommand.class,
            TrafficgenTcpCommand.class,
            TrafficgenXskUdpCommand.class,
            TrafficgenProbeCommand.class
        })
public final class TrafficgenCommand extends Subcommands {}
