package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import java.time.Instant;

/// The clocks programs may read; a parameter, so that a run can be replayed.
///
/// Thread: any.
/// Kernel: CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI.
public interface BpfClock {
    /// The host's clocks.
    BpfClock SYSTEM =
            new BpfClock() {
                @Override
                public long monotonicNanos() {
                    return System.nanoTime();
                }

                @Override
                public long taiNanos() {
                    Instant now = Instant.now();
                    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
                }
            };

    /// A clock that stands still.
    static BpfClock fixed(long nanos) {
        return new BpfClock() {
            @Override
            public long monotonicNanos() {
                return nanos;
            }

            @Override
            public long taiNanos() {
                return nanos;
            }
        };
    }

    /// `bpf_ktime_get_ns`, and the time that timers run by.
    @HotPath
    long monotonicNanos();

    /// `bpf_ktime_get_boot_ns`: time asleep included.
    @HotPath
    default long bootNanos() {
        return monotonicNanos();
    }

    /// `bpf_ktime_get_coarse_ns`: as of the last tick of 4 ms.
    @HotPath
    default long coarseNanos() {
        long now = monotonicNanos();
        return now - Long.remainderUnsigned(now, 4_000_000);
    }

    /// `bpf_ktime_get_tai_ns`: since 1970; TAI and UTC are not told apart.
    @HotPath
    long taiNanos();
}
