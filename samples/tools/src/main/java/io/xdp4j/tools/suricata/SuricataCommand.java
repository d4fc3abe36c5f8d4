package io.xdp4j.tools.suricata;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `xdp4j suricata`.
@Command(
        name = "suricata",
        description = "Spread and bypass flows as Suricata's XDP programs do.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {LbCommand.class, FilterCommand.class, FlowsCommand.class})
public final class SuricataCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing required subcommand: lb, filter or flows");
    }
}
