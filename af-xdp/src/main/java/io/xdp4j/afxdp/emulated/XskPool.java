package io.xdp4j.afxdp.emulated;

import io.xdp4j.afxdp.AddressConsumer;
import io.xdp4j.afxdp.AddressProducer;
import io.xdp4j.afxdp.Umem;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;

/// What the sockets of one queue share: UMEM, fill ring, completion ring.
///
/// Thread: the hot path on the queue's worker.
/// Kernel: `struct xsk_buff_pool`.
final class XskPool {
    private final Umem umem;
    private final NetDevice device;
    private final RxQueue queue;
    private final AddressConsumer fill;
    private final AddressProducer completion;
    private final boolean frags;
    private int users;

    XskPool(
            Umem umem,
            NetDevice device,
            RxQueue queue,
            AddressConsumer fill,
            AddressProducer completion,
            boolean frags) {
        this.umem = umem;
        this.device = device;
        this.queue = queue;
        this.fill = fill;
        this.completion = completion;
        this.frags = frags;
    }

    Umem umem() {
        return umem;
    }

    NetDevice device() {
        return device;
    }

    RxQueue queue() {
        return queue;
    }

    AddressConsumer fill() {
        return fill;
    }

    AddressProducer completion() {
        return completion;
    }

    /// Packets may take several descriptors (`XDP_USE_SG`).
    boolean takesFrags() {
        return frags;
    }

    synchronized void acquire() {
        users++;
    }

    /// True when that was the last user.
    synchronized boolean release() {
        return --users == 0;
    }
}
