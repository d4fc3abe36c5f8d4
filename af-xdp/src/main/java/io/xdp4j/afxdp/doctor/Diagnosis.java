package io.xdp4j.afxdp.doctor;

import java.util.List;
import java.util.Optional;

/// What an examination found.
///
/// @param checks in the order of their making
/// @param ways best first; empty when no interface was named
public record Diagnosis(List<Check> checks, List<Way> ways) {
    public Diagnosis {
        checks = List.copyOf(checks);
        ways = List.copyOf(ways);
    }

    /// The best way that works.
    public Optional<Way> best() {
        return ways.stream().filter(Way::works).findFirst();
    }
}
