package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.session.Subcommands;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `xdp4j filter`.
///
/// Kernel: xdp-filter of xdp-tools 1.6.
@Command(
        name = "filter",
        aliases = "xdp-filter",
        description = "Filter packets of a running datapath by MAC address, IP address and port.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            FilterLoadCommand.class,
            FilterUnloadCommand.class,
            FilterPortCommand.class,
            FilterIpCommand.class,
            FilterEtherCommand.class,
            FilterStatusCommand.class,
            FilterPollCommand.class,
            HelpCommand.class,
        })
public final class FilterCommand extends Subcommands {}
