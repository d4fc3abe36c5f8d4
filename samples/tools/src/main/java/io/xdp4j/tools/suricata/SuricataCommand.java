package io.xdp4j.tools.suricata;

import io.xdp4j.tools.session.Subcommands;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// `xdp4j suricata`.
@Command(
        name = "suricata",
        description = "Spread and bypass flows as Suricata's XDP programs do.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            LbCommand.class,
            FilterCommand.class,
            FlowsCommand.class,
            HelpCommand.class,
        })
public final class SuricataCommand extends Subcommands {}
