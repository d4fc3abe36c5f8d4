package io.xdp4j.ebpf.verifier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a verification came to.
///
/// @param errno positive kernel number of a rejection, 0 when accepted
/// @param log lines in the kernel's wording, the last one `processed N insns ...`
/// @param processed instructions simulated over all paths
/// @param explanation why it was rejected, null when accepted
/// @param facts for the JIT; complete only for an accepted program
public record VerifierResult(
        boolean accepted,
        int errno,
        List<String> log,
        int processed,
        @Nullable Explanation explanation,
        ProgramFacts facts) {
    public VerifierResult {
        log = List.copyOf(log);
    }

    /// The line that says why, or an empty one.
    public String reason() {
        int line = log.size() - 2;
        while (line > 0 && isState(log.get(line))) {
            line--;
        }
        return line < 0 ? "" : log.get(line);
    }

    /// An endless loop is reported with the two states that are equal.
    private static boolean isState(String line) {
        return line.startsWith("cur state:") || line.startsWith("old state:");
    }
}
