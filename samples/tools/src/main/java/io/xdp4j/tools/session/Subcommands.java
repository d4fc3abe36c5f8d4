package io.xdp4j.tools.session;

import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A command that does nothing without one of its subcommands.
public abstract class Subcommands implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public final void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing required subcommand: "
                        + spec.subcommands().values().stream()
                                .map(CommandLine::getCommandName)
                                .distinct()
                                .collect(Collectors.joining(", ")));
    }
}
