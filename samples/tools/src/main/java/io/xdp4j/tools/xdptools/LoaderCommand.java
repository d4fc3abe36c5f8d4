package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.session.Subcommands;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `xdp4j loader`.
///
/// Kernel: xdp-loader of xdp-tools 1.6; chains are those of libxdp's dispatcher.
@Command(
        name = "loader",
        aliases = "xdp-loader",
        description = "Load and unload programs of a running datapath, several on a device.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            LoaderLoadCommand.class,
            LoaderUnloadCommand.class,
            LoaderStatusCommand.class,
            LoaderCleanCommand.class,
            LoaderFeaturesCommand.class,
            HelpCommand.class,
        })
public final class LoaderCommand extends Subcommands {}
