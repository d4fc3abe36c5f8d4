package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.verifier.Explanation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the verifier said of a program.
///
/// @param accepted whether it may run
/// @param errno what the kernel's load would answer, positive; 0 when accepted
/// @param log the verifier's lines
/// @param processed instructions that the verifier looked at
/// @param explanation why it was rejected; null when accepted, or not verified
public record Verification(
        boolean accepted,
        int errno,
        List<String> log,
        int processed,
        @Nullable Explanation explanation) {
    public Verification {
        log = List.copyOf(log);
    }
}
