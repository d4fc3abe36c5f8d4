package io.xdp4j.tools.xdptools;

import java.util.ArrayList;
import java.util.List;

/// What an entry of a filter's map matches: bits below the count of hits.
///
/// Kernel: `MAP_FLAG_*`, `COUNTER_SHIFT` of xdp-filter.
enum FilterBits {
    SRC(1),
    DST(2),
    TCP(4),
    UDP(8);

    static final int DIRECTIONS = SRC.bit | DST.bit;
    static final int PROTOCOLS = TCP.bit | UDP.bit;

    private static final int ALL = DIRECTIONS | PROTOCOLS;
    private static final int HITS_SHIFT = 6;

    private final int bit;

    FilterBits(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }

    static int of(long value) {
        return (int) value & ALL;
    }

    static long hits(long value) {
        return value >>> HITS_SHIFT;
    }

    /// As `dst,tcp,udp`.
    static List<String> words(int bits) {
        List<String> words = new ArrayList<>();
        for (FilterBits one : values()) {
            if ((bits & one.bit) != 0) {
                words.add(one.toString());
            }
        }
        return words;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
