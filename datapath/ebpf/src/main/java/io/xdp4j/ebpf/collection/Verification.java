package io.xdp4j.ebpf.collection;

import java.util.List;

/// What the verifier said of a program.
///
/// @param accepted whether it may run
/// @param errno what the kernel's load would answer, positive; 0 when accepted
/// @param log the verifier's lines
/// @param processed instructions that the verifier looked at
public record Verification(boolean accepted, int errno, List<String> log, int processed) {
    public Verification {
        log = List.copyOf(log);
    }
}
