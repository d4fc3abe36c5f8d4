package io.xdp4j.tools.xdptools;

import picocli.CommandLine.Command;

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
        subcommands = {ForwardLoadCommand.class, ForwardUnloadCommand.class})
public final class ForwardCommand extends Subcommands {}
