package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.session.Subcommands;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

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
            TrafficgenProbeCommand.class,
            HelpCommand.class,
        })
public final class TrafficgenCommand extends Subcommands {}
