package io.xdp4j.core.frame;

/// Room for the chunks that change hands between a cache and the pool at a time.
///
/// Thread: its owner, a cache or the pool's stack that it lies on.
final class Magazine {
    /// Chunks of a full one.
    static final int CHUNKS = 64;

    final XdpFrame[] frames = new XdpFrame[CHUNKS];

    /// Number among the pool's magazines, from 0.
    final int index;

    Magazine(int index) {
        this.index = index;
    }
}
