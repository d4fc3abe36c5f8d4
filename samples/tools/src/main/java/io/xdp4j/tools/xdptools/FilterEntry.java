package io.xdp4j.tools.xdptools;

/// A rule and how often it matched.
///
/// @param what the port or address
/// @param bits [FilterBits]
/// @param hits over all CPUs
record FilterEntry(String what, int bits, long hits) {
    /// One row of a status.
    String line() {
        return "  %-40s %-16s %d".formatted(what, String.join(",", FilterBits.words(bits)), hits);
    }
}
