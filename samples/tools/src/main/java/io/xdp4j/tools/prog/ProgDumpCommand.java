package io.xdp4j.tools.prog;

import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `xdp4j prog dump`: shows instructions, or what they compile to.
@Command(
        name = "dump",
        description = "Show a program's instructions, or the JVM bytecode that they compile to.",
        mixinStandardHelpOptions = true)
final class ProgDumpCommand implements Callable<Integer> {
    /// What to show.
    enum Form {
        XLATED,
        JITED
    }

    @Mixin private FileOptions file = new FileOptions();

    @Parameters(index = "1", paramLabel = "FORM", description = "xlated or jited")
    private Form form = Form.XLATED;

    @Override
    public Integer call() {
        throw new CommandException(ExitCode.UNSUPPORTED, "dump " + form + " of " + file.file());
    }
}
