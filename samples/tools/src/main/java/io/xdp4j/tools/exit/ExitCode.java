package io.xdp4j.tools.exit;

/// Exit codes of every command, as the command-line contract has them.
public final class ExitCode {
    public static final int OK = 0;

    /// The verifier rejected the program.
    public static final int REJECTED = 1;

    /// Usage or configuration error.
    public static final int USAGE = 2;

    /// An input file is missing or malformed.
    public static final int INPUT = 3;

    /// This build or platform does not have what was asked for.
    public static final int UNSUPPORTED = 4;

    /// A permission is missing.
    public static final int PERMISSION = 5;

    /// It failed at run time.
    public static final int RUNTIME = 6;

    private ExitCode() {}
}
