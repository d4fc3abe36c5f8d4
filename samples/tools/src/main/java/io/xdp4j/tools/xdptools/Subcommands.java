package io.xdp4j.tools.xdptools;

import java.util.LinkedHashSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A command that does nothing without one of its subcommands.
abstract class Subcommands implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public final void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing required subcommand: "
                        + String.join(", ", new LinkedHashSet<>(spec.subcommands().keySet())));
    }
}
