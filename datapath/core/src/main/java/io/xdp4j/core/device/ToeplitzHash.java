package io.xdp4j.core.device;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.HexFormat;

/// The Toeplitz hash that NICs spread flows with.
///
/// The hash is linear over the input's bits: it is the exclusive or, over all set bits, of the 32
/// key bits that start at the bit's position. So each input byte contributes one of 256 values that
/// depends on its position only, and a table of these makes a hash of as many look-ups as bytes.
///
/// Thread: immutable.
/// Kernel: `rss_hash_key` of ethtool; Microsoft, "RSS hashing functions".
public final class ToeplitzHash {
    /// Bytes of a key.
    public static final int KEY_BYTES = 40;

    /// Bytes that a key of this length can hash: two IPv6 addresses and two ports.
    public static final int MAX_INPUT_BYTES = KEY_BYTES - 4;

    /// The key of Microsoft's verification suite, which most drivers and Linux samples use.
    public static final ToeplitzHash DEFAULT =
            new ToeplitzHash(
                    HexFormat.of()
                            .parseHex(
                                    "6d5a56da255b0ec24167253d43a38fb0d0ca2bcb"
                                            + "ae7b30b477cb2da38030f20c6a42b73bbeac01fa"));

    private final int[] table = new int[MAX_INPUT_BYTES << 8];

    /// A hash with its own key of [#KEY_BYTES] bytes.
    public ToeplitzHash(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    "key: " + key.length + " bytes (expected: " + KEY_BYTES + ")");
        }
        for (int at = 0; at < MAX_INPUT_BYTES; at++) {
            for (int value = 0; value < 256; value++) {
                table[at << 8 | value] = contribution(key, at, value);
            }
        }
    }

    private static int contribution(byte[] key, int at, int value) {
        long window = 0;
        for (int i = 0; i < 5; i++) {
            window = window << 8 | (key[at + i] & 0xff);
        }
        int hash = 0;
        for (int bit = 0; bit < 8; bit++) {
            if ((value & 0x80 >> bit) != 0) {
                hash ^= (int) (window >>> (8 - bit));
            }
        }
        return hash;
    }

    /// Adds `length` bytes that stand at `offset` of the hash's input.
    @HotPath
    public int add(int hash, int offset, long address, int length) {
        int result = hash;
        for (int i = 0; i < length; i++) {
            result ^= table[(offset + i) << 8 | RawMemory.u8(address + i)];
        }
        return result;
    }
}
