package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// A field of a value, its place found once.
///
/// @param path as it was asked for: `stats.packets`, `ports[2]`
/// @param offset bytes from the value's start
/// @param size bytes
/// @param firstBit of a bit field, within its first byte
/// @param bits of a bit field, else 0
/// @param isSigned true for integers that are sign-extended when read
public record StructField(
        String path, int offset, int size, int firstBit, int bits, boolean isSigned) {
    /// The number in the value at that address.
    ///
    /// Fails: for fields of other sizes than 1, 2, 4 and 8 bytes.
    @HotPath
    public long get(long value) {
        long at = value + offset;
        if (bits > 0) {
            return bitField(at);
        }
        return switch (size) {
            case 1 -> isSigned ? (byte) RawMemory.u8(at) : RawMemory.u8(at);
            case 2 -> isSigned ? RawMemory.getShort(at) : RawMemory.getShort(at) & 0xffff;
            case 4 -> isSigned ? RawMemory.getInt(at) : RawMemory.getInt(at) & 0xffff_ffffL;
            case 8 -> RawMemory.getLong(at);
            default -> throw noNumber();
        };
    }

    @HotPath
    private long bitField(long at) {
        long word = 0;
        for (int i = 0; i * 8 < firstBit + bits && i < 8; i++) {
            word |= (long) RawMemory.u8(at + i) << (8 * i);
        }
        long top = word << (64 - firstBit - bits);
        return isSigned ? top >> (64 - bits) : top >>> (64 - bits);
    }

    /// Stores a number, at once as programs see it.
    ///
    /// Fails: for bit fields, and for fields of other sizes than 1, 2, 4 and 8 bytes.
    @HotPath
    public void set(long value, long number) {
        long at = value + offset;
        if (bits > 0) {
            throw noNumber();
        }
        switch (size) {
            case 1 -> RawMemory.putByte(at, (int) number);
            case 2 -> RawMemory.putShort(at, (int) number);
            case 4 -> RawMemory.putInt(at, (int) number);
            case 8 -> RawMemory.putLong(at, number);
            default -> throw noNumber();
        }
    }

    private IllegalArgumentException noNumber() {
        return new IllegalArgumentException(
                path + ": field of " + size + " bytes, " + bits + " bits (expected: a number)");
    }
}
