package io.xdp4j.core.device;

import io.xdp4j.ebpf.HotPath;

/// Counters of one transmit queue. Queue i belongs to worker i, so each has one writer and no lock.
///
/// Thread: written by its worker; read by any.
/// Kernel: `struct netdev_queue`.
@HotPath
public final class TxQueue {
    private final int index;
    private long packets;
    private long bytes;
    private long dropped;

    TxQueue(int index) {
        this.index = index;
    }

    public int index() {
        return index;
    }

    public void sent(int frames, long frameBytes) {
        packets += frames;
        bytes += frameBytes;
    }

    public void dropped(int frames) {
        dropped += frames;
    }

    public long packets() {
        return packets;
    }

    public long bytes() {
        return bytes;
    }

    public long dropped() {
        return dropped;
    }
}
