package io.xdp4j.config;

import java.util.BitSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A set of VLAN ids between 1 and 4094.
///
/// Thread: immutable. Owns: nothing. Fails: [IllegalArgumentException] for an id out of range.
/// Kernel: `net_bridge_vlan_group`, net/bridge/br_private.h.
public final class VlanSet {
    /// The lowest VLAN id a frame can belong to.
    public static final int MIN_ID = 1;

    /// The highest one; 0 and 4095 are reserved.
    public static final int MAX_ID = 4094;

    private final BitSet bits;

    private VlanSet(BitSet bits) {
        this.bits = bits;
    }

    /// The ids from `first` to `last`, both included.
    public static VlanSet ofRange(int first, int last) {
        if (first < MIN_ID || last > MAX_ID || first > last) {
            throw new IllegalArgumentException(
                    "range: " + first + '-' + last + " (expected: within 1-4094, rising)");
        }
        BitSet bits = new BitSet(last + 1);
        bits.set(first, last + 1);
        return new VlanSet(bits);
    }

    /// The ids that are in this set or in the other.
    public VlanSet union(VlanSet other) {
        BitSet joined = (BitSet) bits.clone();
        joined.or(other.bits);
        return new VlanSet(joined);
    }

    /// Whether the set has this id; false for any number that is no id.
    public boolean contains(int id) {
        return id >= MIN_ID && bits.get(id);
    }

    /// The ids, rising.
    public IntStream ids() {
        return bits.stream();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VlanSet that && bits.equals(that.bits);
    }

    @Override
    public int hashCode() {
        return bits.hashCode();
    }

    /// Like `10,20,30-40`.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int first = bits.nextSetBit(0); first >= 0; ) {
            int last = bits.nextClearBit(first) - 1;
            text.append(text.isEmpty() ? "" : ",").append(first);
            if (last > first) {
                text.append('-').append(last);
            }
            first = bits.nextSetBit(last + 1);
        }
        return text.toString();
    }
}
