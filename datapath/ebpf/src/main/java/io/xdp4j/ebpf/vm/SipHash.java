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
        long next = w0;
        long second = w1;
        long third = w2;
        long fourth = w3;
        // two rounds for each word and for the length, then four to finish
        for (int i = 0; i < words + 3; i++) {
            long word = i < words ? next : i == words ? (long) words << 59 : 0;
            next = second;
            second = third;
            third = fourth;
            fourth = w4;
            v3 ^= word;
            v2 ^= i == words + 1 ? 0xff : 0;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32) + v3;
                v2 += v1;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
