package io.xdp4j.programs.bridge;

import java.util.BitSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A set of VLAN ids between 1 and 4094.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: [IllegalArgumentException] for an id out of range.
/// Kernel: the bitmap of `struct net_bridge_vlan_group`.
public final class VlanSet {
    /// The lowest id a frame can belong to.
    public static final int MIN_ID = 1;

    /// The highest one; 0 and 4095 are reserved.
    public static final int MAX_ID = 4094;

    /// Every VLAN.
    public static final VlanSet ALL = ofRange(MIN_ID, MAX_ID);

    private final BitSet bits;

    private VlanSet(BitSet bits) {
        this.bits = bits;
    }

    /// The given ids.
    public static VlanSet of(int... ids) {
        BitSet bits = new BitSet(MAX_ID + 1);
        for (int id : ids) {
            bits.set(checkId(id));
        }
        return new VlanSet(bits);
    }

    /// The ids from `first` to `last`, both included.
    public static VlanSet ofRange(int first, int last) {
        if (checkId(first) > checkId(last)) {
            throw new IllegalArgumentException(
                    "range: " + first + '-' + last + " (expected: rising)");
        }
        BitSet bits = new BitSet(MAX_ID + 1);
        bits.set(first, last + 1);
        return new VlanSet(bits);
    }

    static int checkId(int id) {
        if (id < MIN_ID || id > MAX_ID) {
            throw new IllegalArgumentException(
                    "vlan: " + id + " (expected: " + MIN_ID + ".." + MAX_ID + ")");
        }
        return id;
    }

    /// The ids that are in this set or in the other.
    public VlanSet union(VlanSet other) {
        BitSet joined = (BitSet) bits.clone();
        joined.or(other.bits);
        return new VlanSet(joined);
    }

    /// Whether the set has this id; false for a number that is no id.
    public boolean contains(int id) {
        return id >= 0 && bits.get(id);
    }

    /// The ids, rising.
    public IntStream ids() {
        return bits.stream();
    }

    /// One bit an id.
    long[] toBitmap() {
        long[] words = new long[(MAX_ID + 1 + Long.SIZE) / Long.SIZE];
        long[] used = bits.toLongArray();
        System.arraycopy(used, 0, words, 0, used.length);
        return words;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VlanSet that && bits.equals(that.bits);
    }

    @Override
    public int hashCode() {
        return bits.hashCode();
    }

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
