package io.xdp4j.tools.exit;

/// Ends a command with a message of one line and an exit code.
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /// @param exitCode one of [ExitCode]
    public CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /// @param exitCode one of [ExitCode]
    public CommandException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /// A usage or configuration error.
    public static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    /// An input file that is missing or malformed.
    public static CommandException input(String message) {
        return new CommandException(ExitCode.INPUT, message);
    }

    /// One of [ExitCode].
    public int exitCode() {
        return exitCode;
    }
}
