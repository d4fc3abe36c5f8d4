package io.xdp4j.control;

import io.xdp4j.ebpf.HotPath;
import java.util.List;

/// One worker's transmissions by ingress and egress device.
///
/// A table of fixed size, because the hot path may not allocate. Pairs that find no room are added
/// up under 0 and 0.
///
/// Thread: [#add] its worker; [#read] any.
/// Kernel: `devmap_xmit_cnt_multi` of `samples/bpf/xdp_sample.bpf.c`.
final class DevicePairs {
    private static final int SLOTS = 512;
    private static final int PROBES = 16;

    // Slot SLOTS is the one for what found no room.
    private final long[] pairs = new long[SLOTS + 1];
    private final long[] sent = new long[SLOTS + 1];
    private final long[] drops = new long[SLOTS + 1];
    private final long[] errors = new long[SLOTS + 1];
    private final long[] bulks = new long[SLOTS + 1];

    @HotPath
    void add(int from, int to, int sentFrames, int droppedFrames, int err) {
        int slot = slot(((long) from << 32) | to);
        sent[slot] += sentFrames;
        drops[slot] += droppedFrames;
        bulks[slot]++;
        if (err != 0) {
            errors[slot]++;
        }
    }

    @HotPath
    private int slot(long pair) {
        int start = (int) ((pair * 0x9e37_79b9_7f4a_7c15L) >>> 55);
        for (int probe = 0; probe < PROBES; probe++) {
            int slot = (start + probe) & (SLOTS - 1);
            if (pairs[slot] == pair) {
                return slot;
            }
            if (pairs[slot] == 0) {
                pairs[slot] = pair;
                return slot;
            }
        }
        return SLOTS;
    }

    void read(int cpu, List<TraceCounts.Xmit> into) {
        for (int slot = 0; slot <= SLOTS; slot++) {
            if (bulks[slot] != 0) {
                into.add(
                        new TraceCounts.Xmit(
                                cpu,
                                (int) (pairs[slot] >>> 32),
                                (int) pairs[slot],
                                sent[slot],
                                drops[slot],
                                errors[slot],
                                bulks[slot]));
            }
        }
    }
}
