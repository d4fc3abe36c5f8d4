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
        CommandLine command = spec.commandLine();
        throw new ParameterException(command, "Missing required subcommand: " + names(command));
    }

    /// The names of a command's subcommands, without their aliases.
    public static String names(CommandLine command) {
        return command.getSubcommands().values().stream()
                .map(CommandLine::getCommandName)
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
