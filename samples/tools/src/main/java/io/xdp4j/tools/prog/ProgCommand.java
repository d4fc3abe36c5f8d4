package io.xdp4j.tools.prog;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
        })
public final class ProgCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing required subcommand: load, run, dump, exec or batch");
    }
}
