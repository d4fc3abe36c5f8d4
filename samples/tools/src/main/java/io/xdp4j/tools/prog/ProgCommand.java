package io.xdp4j.tools.prog;

import io.xdp4j.tools.session.Subcommands;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `xdp4j prog`.
@Command(
        name = "prog",
        description = "Load, run and look at eBPF programs.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ProgLoadCommand.class,
            ProgRunCommand.class,
            ProgDumpCommand.class,
            ProgExecCommand.class,
            ProgBatchCommand.class,
            HelpCommand.class,
        })
public final class ProgCommand extends Subcommands {}
