package io.xdp4j.core.napi;

/// Something with work for a worker: a receive queue, a cpumap entry.
///
/// Thread: its worker.
/// Kernel: the `poll` callback of `struct napi_struct`.
public interface NapiPoller {
    /// Frames a poller may take at a time (`NAPI_POLL_WEIGHT`).
    int BUDGET = 64;

    /// Takes up to `budget` frames and returns how many. Fewer than `budget` means that there was
    /// no more work; the poller then sleeps until it is scheduled again.
    int poll(int budget);

    /// True when work arrived; asked once more after a poll that ran dry, to close the race with a
    /// producer that saw the poller still scheduled.
    boolean hasWork();
}
