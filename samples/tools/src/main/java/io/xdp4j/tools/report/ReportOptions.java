package io.xdp4j.tools.report;

import java.time.Duration;

/// What the user said about a tool's output.
public interface ReportOptions {
    /// Time between reports.
    Duration interval();

    /// True when details are shown from the start.
    boolean verbose();

    /// True when successful redirects count too.
    default boolean stats() {
        return false;
    }

    /// After how many reports the tool ends.
    default int count() {
        return Integer.MAX_VALUE;
    }

    /// True for the tables of 2018.
    default boolean classic() {
        return false;
    }
}
