package io.xdp4j.linux.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/// A 48-bit Ethernet address.
///
/// - Thread: any; immutable.
/// - Fails: [#parse] and the constructor throw [IllegalArgumentException].
///
/// @param value the address as a number, first byte on the wire highest
public record MacAddress(long value) {
    /// Bytes of an address.
    public static final int SIZE = 6;

    public MacAddress {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException(
                    "value: 0x" + Long.toHexString(value) + " (expected: 48 bits)");
        }
    }

    /// Reads the form `02:00:5e:10:00:01`.
    public static MacAddress parse(String text) {
        byte[] bytes = HexFormat.ofDelimiter(":").parseHex(text);
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("address: " + text + " (expected: 6 bytes)");
        }
        return of(MemorySegment.ofArray(bytes), 0);
    }

    /// Reads six bytes in wire order.
    public static MacAddress of(MemorySegment memory, long offset) {
        long value = 0;
        for (int i = 0; i < SIZE; i++) {
            value = value << 8 | (memory.get(ValueLayout.JAVA_BYTE, offset + i) & 0xff);
        }
        return new MacAddress(value);
    }

    /// Writes six bytes in wire order.
    public void writeTo(MemorySegment memory, long offset) {
        for (int i = 0; i < SIZE; i++) {
            memory.set(ValueLayout.JAVA_BYTE, offset + i, (byte) (value >>> (8 * (5 - i))));
        }
    }

    /// Whether the multicast bit is set; such an address cannot belong to a device.
    public boolean isMulticast() {
        return (value >>> 40 & 1) != 0;
    }

    @Override
    public String toString() {
        byte[] bytes = new byte[SIZE];
        writeTo(MemorySegment.ofArray(bytes), 0);
        return HexFormat.ofDelimiter(":").formatHex(bytes);
    }
}
