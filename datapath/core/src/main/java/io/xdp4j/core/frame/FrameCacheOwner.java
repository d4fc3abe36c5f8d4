package io.xdp4j.core.frame;

/// A thread that has a [FrameCache] of its own.
public interface FrameCacheOwner {
    /// The cache; only the thread itself may use it.
    FrameCache frameCache();
}
