package io.xdp4j.programs.bridge;

/// What became of a source address in a [MacTable].
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: what `br_fdb_update` does.
public enum LearnResult {
    /// It was there already, behind this port.
    KNOWN,
    /// It is new.
    LEARNED,
    /// It was behind another port before.
    MOVED,
    /// It is a static entry of another port, and stays there.
    REFUSED,
    /// There is no room; it stays unknown.
    FULL
}
