package io.xdp4j.ebpf.verifier;

/// How to verify.
///
/// @param logLevel 0 messages only, 1 the path to an error with register states, 2 every
///     instruction of every path
/// @param cpus CPUs that programs will see
public record VerifierOptions(int logLevel, int cpus) {
    public static final VerifierOptions DEFAULT = new VerifierOptions(0, 2);

    public VerifierOptions withLogLevel(int to) {
        return new VerifierOptions(to, cpus);
    }
}
