package io.xdp4j.ebpf.program;

import java.util.Arrays;

/// What a global data map's one entry holds before the first run. Immutable.
///
/// Trailing zeros take no memory: an object may declare a `.bss` of any size.
public final class InitialValue {
    private final byte[] start;
    private final int size;

    private InitialValue(byte[] start, int size) {
        this.start = start;
        this.size = size;
    }

    /// Those bytes.
    public static InitialValue of(byte[] bytes) {
        return new InitialValue(bytes.clone(), bytes.length);
    }

    /// That many zeros.
    public static InitialValue zeros(int size) {
        return new InitialValue(new byte[0], size);
    }

    /// Bytes of the value.
    public int size() {
        return size;
    }

    /// True when every byte is 0, as the map is anyway.
    public boolean isZero() {
        for (byte b : start) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /// A copy of the whole value.
    public byte[] bytes() {
        return Arrays.copyOf(start, size);
    }

    /// The same with other bytes from `offset` on.
    InitialValue with(int offset, byte[] bytes) {
        byte[] changed = Arrays.copyOf(start, Math.max(start.length, offset + bytes.length));
        System.arraycopy(bytes, 0, changed, offset, bytes.length);
        return new InitialValue(changed, size);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InitialValue value
                && value.size == size
                && Arrays.equals(value.bytes(), bytes());
    }

    @Override
    public int hashCode() {
        return size;
    }

    @Override
    public String toString() {
        return size + " bytes";
    }
}
