package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.RxRing;
import io.xdp4j.afxdp.TxRing;
import io.xdp4j.afxdp.XskSocket;
import io.xdp4j.ebpf.HotPath;
import java.util.concurrent.atomic.AtomicLongArray;

/// One socket with its rings and what was counted for it.
///
/// Thread: rings and [#add] the loop's; the rest any.
public final class XskUser {
    private final XskSocket socket;
    private final RxRing rx;
    private final TxRing tx;
    private final AtomicLongArray counts = new AtomicLongArray(XskCount.values().length);

    /// True while the descriptors of a packet are not all seen.
    boolean withinPacket;

    XskUser(XskSocket socket, RxRing rx, TxRing tx) {
        this.socket = socket;
        this.rx = rx;
        this.tx = tx;
    }

    public XskSocket socket() {
        return socket;
    }

    RxRing rx() {
        return rx;
    }

    TxRing tx() {
        return tx;
    }

    @HotPath
    void add(XskCount count, long n) {
        int index = count.ordinal();
        counts.setRelease(index, counts.getPlain(index) + n); // one writer
    }

    /// What was counted so far.
    public long count(XskCount count) {
        return counts.getAcquire(count.ordinal());
    }
}
