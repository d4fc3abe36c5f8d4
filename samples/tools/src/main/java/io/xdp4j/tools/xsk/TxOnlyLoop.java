package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.TxRing;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.afxdp.AfXdp;
import java.util.concurrent.TimeUnit;

/// Sends one packet over and over: `xdpsock -t`.
public final class TxOnlyLoop extends XskLoop {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TxPacket packet;
    private final int parts;
    private final int frameBytes;
    private final long count;
    private final int retries;
    private final long cycleNanos;
    private long sent;
    private int next;
    private long nextCycle = System.nanoTime();
    private int retriesLeft;
    private long nextRetry;

    /// How it sends.
    ///
    /// @param count packets in all, 0 for ever
    /// @param retries how often to wait a second for the last of them
    /// @param cycleMicros time between batches, 0 for none
    public record Plan(long count, int retries, long cycleMicros) {}

    /// @param polls wait in poll(2) for room
    public TxOnlyLoop(XskPort port, int batch, boolean polls, TxPacket packet, Plan plan) {
        super(port, batch, events(polls, false));
        this.packet = packet;
        this.frameBytes = umem.config().chunkBytes();
        this.parts = (packet.length() + frameBytes - 1) / frameBytes;
        this.count = plan.count();
        this.retries = plan.retries();
        this.retriesLeft = retries;
        this.cycleNanos = TimeUnit.MICROSECONDS.toNanos(plan.cycleMicros());
        packet.fill(umem, parts);
    }

    @HotPath
    @Override
    int step(XskUser user) {
        if (outstanding() > 0) {
            kick(user);
        }
        int packets = wanted();
        if (packets == 0) {
            return 0;
        }
        int descriptors = packets * parts;
        TxRing tx = user.tx();
        // A chunk that is on its way is not written again.
        if (outstanding() + descriptors > umem.chunks() - parts
                || tx.reserve(descriptors) < descriptors) {
            return 0;
        }
        for (int i = 0; i < packets; i++) {
            put(tx);
        }
        user.add(XskCount.TX, packets);
        sent += packets;
        submitted(user, descriptors);
        return packets;
    }

    /// Packets to send now.
    @HotPath
    private int wanted() {
        if (count != 0 && sent >= count) {
            return 0;
        }
        if (cycleNanos != 0) {
            long now = System.nanoTime();
            if (now - nextCycle < 0) {
                return 0;
            }
            nextCycle += cycleNanos;
        }
        return count == 0 ? batch : (int) Math.min(batch, count - sent);
    }

    @HotPath
    private void put(TxRing tx) {
        if (next + parts > umem.chunks()) {
            next = 0;
        }
        packet.stamp(umem.pointer(umem.chunk(next)), sent);
        for (int part = 0; part < parts; part++) {
            boolean last = part == parts - 1;
            int length = last ? packet.length() - part * frameBytes : frameBytes;
            tx.put(umem.chunk(next++), length, last ? 0 : AfXdp.XDP_PKT_CONTD);
        }
    }

    @HotPath
    @Override
    int completed(XskUser user, int waiting) {
        retriesLeft = retries;
        return waiting;
    }

    /// All packets have been sent and came back; or did not, however long one waited.
    @Override
    boolean isDone() {
        if (super.isDone()) {
            return true;
        }
        if (count == 0 || sent < count) {
            return false;
        }
        return outstanding() == 0 || isGivenUp();
    }

    @Override
    void drain() {
        for (XskUser user : users) {
            kick(user);
        }
    }

    @Override
    boolean mayNap() {
        return cycleNanos != 0 || (count != 0 && sent >= count);
    }

    private boolean isGivenUp() {
        long now = System.nanoTime();
        if (nextRetry == 0 || now - nextRetry < 0) {
            nextRetry = nextRetry == 0 ? now + RETRY_NANOS : nextRetry;
            return false;
        }
        nextRetry = now + RETRY_NANOS;
        if (retriesLeft-- > 0) {
            return false;
        }
        fail(Errno.ETIMEDOUT);
        return true;
    }
}
