package io.xdp4j.tools;

/// Exit codes of every command, as the command-line contract has them.
final class ExitCode {
    static final int OK = 0;

    /// The verifier rejected the program.
    static final int REJECTED = 1;

    /// Usage or configuration error.
    static final int USAGE = 2;

    /// An input file is missing or malformed.
    static final int INPUT = 3;

    /// This build or platform does not have what was asked for.
    static final int UNSUPPORTED = 4;

    /// A permission is missing.
    static final int PERMISSION = 5;

    /// It failed at run time.
    static final int RUNTIME = 6;

    private ExitCode() {}
}
