package io.xdp4j.core.redirect;

/// Counters of the frames that one worker sent to one cpumap entry.
///
/// @param from worker that redirected
/// @param to target CPU
/// @param processed frames sent to the ring, refused ones included
/// @param drops frames that found the ring full
/// @param sched times the poller had slept and such a frame was the first it found
/// @param pass frames handed to the host side
/// @param drop frames that the entry's program dropped, or whose redirect failed
/// @param redirect frames that the entry's program redirected
public record CpuMapStats(
        int from,
        int to,
        long processed,
        long drops,
        long sched,
        long pass,
        long drop,
        long redirect) {}
