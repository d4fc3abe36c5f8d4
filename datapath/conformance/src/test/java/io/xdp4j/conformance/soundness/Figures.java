package io.xdp4j.conformance.soundness;

import java.util.ArrayList;
import java.util.List;

/// What a campaign came to.
final class Figures {
    long programs;
    long accepted;
    long executions;
    long compiled;

    /// Programs that tripped, differed or failed otherwise, ready to be looked into.
    final List<String> findings = new ArrayList<>();

    @Override
    public String toString() {
        return "%,d programs, %,d accepted (%.1f%%), %,d executions, %,d programs compiled and compared, %d findings"
                .formatted(
                        programs,
                        accepted,
                        100.0 * accepted / Math.max(1, programs),
                        executions,
                        compiled,
                        findings.size());
    }
}
