package io.xdp4j.config;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/// An Ethernet address of 48 bits.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: [IllegalArgumentException] from [#parse] and the constructor.
/// Kernel: `u8 h_dest[ETH_ALEN]`, `is_multicast_ether_addr`.
///
/// @param valueU48 the six bytes, the first one on the wire as the most significant
public record MacAddress(long valueU48) {
    private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
    private static final long MULTICAST_BIT = 1L << 40;
    private static final long LOCAL_BIT = 1L << 41;
    private static final long MASK = (1L << 48) - 1;
    private static final int LENGTH_BYTES = 6;

    /// Checks that the value has at most 48 bits.
    public MacAddress {
        if ((valueU48 & ~MASK) != 0) {
            throw new IllegalArgumentException(
                    "valueU48: 0x" + Long.toHexString(valueU48) + " (expected: 48 bits)");
        }
    }

    /// Reads six bytes in hexadecimal with colons between them.
    ///
    /// @throws IllegalArgumentException if the text has another form
    public static MacAddress parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "mac: " + Excerpt.of(text) + " (expected: like 02:00:00:00:00:01)");
        }
        return new MacAddress(HexFormat.fromHexDigitsToLong(text.replace(":", "")));
    }

    /// A locally administered unicast address that depends on the name only (FNV-1a).
    static MacAddress derivedFrom(String name) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        long folded = (hash ^ (hash >>> 48)) & MASK;
        return new MacAddress((folded & ~MULTICAST_BIT) | LOCAL_BIT);
    }

    /// Whether the group bit is set; broadcast is multicast too.
    public boolean isMulticast() {
        return (valueU48 & MULTICAST_BIT) != 0;
    }

    /// Whether a device can have this address: neither multicast nor all zeros.
    public boolean isUnicast() {
        return !isMulticast() && valueU48 != 0;
    }

    /// The six bytes in the order of the wire, in a new array.
    public byte[] toBytes() {
        byte[] bytes = new byte[LENGTH_BYTES];
        for (int i = 0; i < LENGTH_BYTES; i++) {
            bytes[i] = (byte) (valueU48 >>> (40 - 8 * i));
        }
        return bytes;
    }

    /// Lower-case hexadecimal with colons.
    @Override
    public String toString() {
        return HexFormat.ofDelimiter(":").formatHex(toBytes()).toLowerCase(Locale.ROOT);
    }
}
