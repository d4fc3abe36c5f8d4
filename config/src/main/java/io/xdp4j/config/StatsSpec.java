package io.xdp4j.config;

import java.time.Duration;

/// How often a running datapath reports its counters.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: the interval of `xdp-monitor`.
///
/// @param interval from one report to the next
public record StatsSpec(Duration interval) {}
