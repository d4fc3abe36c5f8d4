package io.xdp4j.core.redirect;

/// Counters of one cpumap entry.
///
/// @param cpu target CPU
/// @param qsize ring size
/// @param enqueued frames sent to the ring, refused ones included
/// @param refused frames that found the ring full
/// @param processed frames taken out of the ring
/// @param sched times the poller had slept before it found work
/// @param pass frames handed to the host side
/// @param drop frames that the entry's program dropped, or whose redirect failed
/// @param redirect frames that the entry's program redirected
public record CpuMapStats(
        int cpu,
        int qsize,
        long enqueued,
        long refused,
        long processed,
        long sched,
        long pass,
        long drop,
        long redirect) {}
