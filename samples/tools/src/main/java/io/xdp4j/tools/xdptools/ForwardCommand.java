package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.session.Subcommands;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `xdp4j forward`.
///
/// Kernel: xdp-forward of xdp-tools 1.6, but for its flowtable mode.
@Command(
        name = "forward",
        aliases = "xdp-forward",
        description =
                "Forward between devices by the host's routes; the rest goes to the host side.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ForwardLoadCommand.class,
            ForwardUnloadCommand.class,
            HelpCommand.class,
        })
public final class ForwardCommand extends Subcommands {}
