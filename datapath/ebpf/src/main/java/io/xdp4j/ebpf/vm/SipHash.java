package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;

/// SipHash-2-4 of 64-bit words under one key.
///
/// Thread: any; immutable.
@HotPath
public final class SipHash {
    private final long key0;
    private final long key1;

    public SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /// Hash of two words, 16 bytes.
    public long hash(long word0, long word1) {
        return run(word0, word1, 0, 0, 0, 2);
    }

    /// Hash of five words, 40 bytes.
    public long hash(long word0, long word1, long word2, long word3, long word4) {
        return run(word0, word1, word2, word3, word4, 5);
    }

    private long run(long w0, long w1, long w2, long w3, long w4, int words) {
        long v0 = key0 ^ 0x736f_6d65_7073_6575L;
        long v1 = key1 ^ 0x646f_7261_6e64_6f6dL;
        long v2 = key0 ^ 0x6c79_6765_6e65_7261L;
        long v3 = key1 ^ 0x7465_6462_7974_6573L;
        for (int i = 0; i <= words + 2; i++) {
            // two rounds for each word and the length, then four to finish
            long word = i == words ? (long) words << 59 : word(i, w0, w1, w2, w3, w4);
            if (i <= words) {
                v3 ^= word;
            } else if (i == words + 1) {
                v2 ^= 0xff;
            }
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            if (i <= words) {
                v0 ^= word;
            }
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static long word(int index, long w0, long w1, long w2, long w3, long w4) {
        return switch (index) {
            case 0 -> w0;
            case 1 -> w1;
            case 2 -> w2;
            case 3 -> w3;
            default -> w4;
        };
    }
}
