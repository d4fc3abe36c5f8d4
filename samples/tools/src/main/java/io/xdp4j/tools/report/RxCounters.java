package io.xdp4j.tools.report;

import io.xdp4j.control.MapInfo;
import io.xdp4j.tools.session.SampleObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Reads what a program counted in `rx_cnt`.
///
/// Objects have it in two forms: a per-CPU array of one entry, or an array of an entry for each CPU
/// that users map into their memory (the kernel's and xdp-tools').
///
/// Thread: that of the session.
public final class RxCounters {
    private static final String MAP = "rx_cnt";
    private static final int WORDS = 6;

    private final SampleObject object;
    private final int cpus;

    /// @param cpus emulated CPUs
    public RxCounters(SampleObject object, int cpus) {
        this.object = object;
        this.cpus = cpus;
    }

    /// One for each CPU; zeros where the object counts nothing.
    public List<Counts> read() {
        return object.findMap(MAP)
                .map(this::read)
                .orElseGet(() -> Collections.nCopies(cpus, Counts.ZERO));
    }

    private List<Counts> read(MapInfo map) {
        List<Counts> counts = new ArrayList<>();
        ByteBuffer all = map.isPerCpu() ? object.get(map, 0) : ByteBuffer.allocate(0);
        int stride = (map.valueSize() + 7) & -8;
        for (int cpu = 0; cpu < cpus; cpu++) {
            counts.add(
                    map.isPerCpu()
                            ? counts(all, cpu * stride, map.valueSize())
                            : counts(object.get(map, cpu), 0, map.valueSize()));
        }
        return counts;
    }

    private static Counts counts(ByteBuffer value, int at, int size) {
        long[] words = new long[WORDS];
        for (int i = 0; i < Math.min(WORDS, size / Long.BYTES); i++) {
            words[i] = value.getLong(at + i * Long.BYTES);
        }
        return new Counts(words[0], words[1], words[2], words[3], words[4], words[5]);
    }
}
