package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.session.Subcommands;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `xdp4j bench`.
///
/// Kernel: xdp-bench of xdp-tools 1.6.
@Command(
        name = "bench",
        aliases = "xdp-bench",
        description = "Measure how fast a device drops, passes, transmits and redirects.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BenchDropCommand.class,
            BenchPassCommand.class,
            BenchTxCommand.class,
            BenchRedirectCommand.class,
            BenchRedirectCpuCommand.class,
            BenchRedirectMapCommand.class,
            BenchRedirectMultiCommand.class,
            BenchXskDropCommand.class,
            BenchXskTxCommand.class,
            HelpCommand.class,
        })
public final class BenchCommand extends Subcommands {}
