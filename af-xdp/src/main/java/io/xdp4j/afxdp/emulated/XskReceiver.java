package io.xdp4j.afxdp.emulated;

import io.xdp4j.afxdp.AddressConsumer;
import io.xdp4j.afxdp.DescProducer;
import io.xdp4j.afxdp.Umem;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.FlushPhase;
import io.xdp4j.core.napi.Flushable;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.XdpStatistics;

/// The receiving half of a bound socket: copies frames into chunks of its UMEM.
///
/// Descriptors are published, and readers woken, at the end of the poll.
///
/// Thread: the queue's worker.
/// Owns: nothing; a frame that is taken is freed here, counted as passed.
/// Fails: `-EINVAL` for a frame of another queue, `-ENOSPC` for one that is too long, `-ENOMEM` without
/// fill entries, `-ENOBUFS` without RX entries.
/// Kernel: `xsk_rcv`, `__xsk_rcv`, `xsk_flush`.
final class XskReceiver implements Flushable {
    /// Descriptors of one packet: the linear part and the fragments (`MAX_SKB_FRAGS` + 1).
    private static final int MAX_PARTS = XdpFrame.MAX_FRAGS + 1;

    private final EmulatedXskSocket socket;
    private final XskPool pool;
    private final Umem umem;
    private final AddressConsumer fill;
    private final DescProducer rx;
    private final Worker worker;
    private final int ifindex;
    private final int queueIndex;
    private final long[] chunks = new long[MAX_PARTS];
    private boolean listed;
    private long dropped;
    private long invalid;
    private long ringFull;
    private long fillEmpty;

    XskReceiver(EmulatedXskSocket socket, XskPool pool, DescProducer rx) {
        this.socket = socket;
        this.pool = pool;
        this.umem = pool.umem();
        this.fill = pool.fill();
        this.rx = rx;
        this.worker = pool.queue().worker();
        this.ifindex = pool.device().ifindex();
        this.queueIndex = pool.queue().queueIndex();
    }

    @HotPath
    int receive(XdpFrame frame, XdpRxqInfo ingress, int cpu) {
        if (ingress.ifindex() != ifindex
                || ingress.queueIndex() != queueIndex
                || cpu != worker.index()) {
            return -Errno.EINVAL;
        }
        int length = frame.totalLength();
        int room = umem.frameBytes();
        int parts = length <= room ? 1 : (length + room - 1) / room;
        if (parts > 1 && (!pool.takesFrags() || parts > MAX_PARTS)) {
            dropped++;
            return -Errno.ENOSPC;
        }
        int entries = takeChunks(parts);
        if (entries < 0) {
            dropped++;
            fillEmpty++;
            return -Errno.ENOMEM;
        }
        if (rx.reserve(parts) < parts) {
            ringFull++;
            return -Errno.ENOBUFS;
        }
        fill.release(entries);
        copy(frame, parts, room);
        worker.ledger().passed(1);
        worker.frames().free(frame);
        if (!listed) {
            listed = true;
            worker.flushLater(FlushPhase.XSKMAP, this);
        }
        return 0;
    }

    /// Finds `wanted` chunks at the head of the fill ring, passing over addresses outside of the UMEM.
    /// Returns the entries to release, or -1 when there are not enough: then the entries from the
    /// first good one on wait for the next frame.
    @HotPath
    private int takeChunks(int wanted) {
        int found = 0;
        int bad = 0;
        int entry = 0;
        while (found < wanted) {
            if (fill.peek(entry + 1) <= entry) {
                return -1;
            }
            long address = fill.address(entry);
            if (umem.holdsChunk(address)) {
                chunks[found++] = umem.chunkOf(address);
                entry++;
            } else if (found > 0) {
                bad++;
                entry++;
            } else {
                invalid++;
                fill.release(1);
            }
        }
        invalid += bad;
        return entry;
    }

    @HotPath
    private void copy(XdpFrame frame, int parts, int room) {
        XdpFrame source = frame;
        int at = 0;
        int left = frame.totalLength();
        for (int i = 0; i < parts; i++) {
            int bytes = Math.min(left, room);
            long to = umem.base() + chunks[i] + umem.dataOffset();
            if (i == 0 && frame.metaLength() > 0) {
                int meta = frame.metaLength();
                RawMemory.copy(frame.data() - meta, to - meta, meta);
            }
            int done = 0;
            while (done < bytes) {
                int here = Math.min(bytes - done, source.length() - at);
                RawMemory.copy(source.data() + at, to + done, here);
                done += here;
                at += here;
                XdpFrame next = source.nextFrag();
                if (at == source.length() && next != null) {
                    source = next;
                    at = 0;
                }
            }
            left -= bytes;
            rx.put(
                    umem.addressOf(chunks[i], umem.dataOffset()),
                    bytes,
                    i + 1 < parts ? AfXdp.XDP_PKT_CONTD : 0);
        }
    }

    @HotPath
    @Override
    public void flush() {
        listed = false;
        rx.submit();
        socket.readable();
    }

    boolean isReadable() {
        return rx.used() > 0;
    }

    XdpStatistics statistics() {
        return new XdpStatistics(dropped, invalid, 0, ringFull, fillEmpty, 0);
    }
}
