package io.xdp4j.veth;

import io.xdp4j.testkit.Frames;

/// Frames by the dozen.
final class TestFrames {
    private TestFrames() {}

    /// `count` frames of `length` bytes that differ.
    static byte[][] of(int count, int length) {
        byte[][] frames = new byte[count][];
        for (int i = 0; i < count; i++) {
            frames[i] = Frames.udp4(i, length);
        }
        return frames;
    }
}
