package io.xdp4j.benchmarks;

import io.xdp4j.afxdp.CompletionRing;
import io.xdp4j.afxdp.FillRing;
import io.xdp4j.afxdp.RxRing;
import io.xdp4j.afxdp.TxRing;
import io.xdp4j.afxdp.Umem;
import io.xdp4j.afxdp.UmemConfig;
import io.xdp4j.afxdp.emulated.EmulatedXskSocket;
import io.xdp4j.afxdp.emulated.XskDomain;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.core.redirect.XskMap;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.afxdp.AfXdp;

/// The user's side of an emulated AF_XDP socket, as a poller of the queue's own worker: `xdpsock -r` and
/// `-l`.
///
/// Thread: the worker.
/// Owns: socket and UMEM, until closed.
final class XskLoop implements NapiPoller, AutoCloseable {
    private static final int RING = 2048;
    private static final int CHUNKS = 2 * RING;

    private final Umem umem = Umem.allocate(CHUNKS, UmemConfig.PAGES);
    private final EmulatedXskSocket socket;
    private final FillRing fill;
    private final CompletionRing completion;
    private final RxRing rx;
    private final TxRing tx;
    private final boolean sendsBack;
    private long received;

    private XskLoop(NetDevice nic, boolean sendsBack) {
        this.sendsBack = sendsBack;
        socket = XskDomain.of(nic.datapath()).open();
        socket.registerUmem(umem);
        fill = socket.fillRing(RING);
        completion = socket.completionRing(RING);
        rx = socket.rxRing(RING);
        tx = socket.txRing(RING);
        socket.bind(nic.ifindex(), 0, AfXdp.XDP_COPY);
        fill.reserve(RING);
        for (int i = 0; i < RING; i++) {
            fill.put(umem.chunk(i));
        }
        fill.submit();
    }

    /// Has the frames of queue 0 go to a loop, which drops them or sends them back.
    static XskLoop start(NetDevice nic, boolean sendsBack) {
        XskLoop loop = new XskLoop(nic, sendsBack);
        XskMap map = new XskMap(nic.datapath(), "xsks", 1);
        map.update(0, loop.socket.descriptor(), UpdateFlags.BPF_ANY);
        nic.attach(new ToSocket(map));
        nic.rxQueues().getFirst().worker().register(loop, "xsk").schedule();
        return loop;
    }

    private record ToSocket(XskMap map) implements XdpProgram {
        @Override
        public int run(XdpBuff xdp) {
            return xdp.redirectMap(map, xdp.rxQueueIndex(), 0);
        }
    }

    @HotPath
    @Override
    public int poll(int budget) {
        int count = rx.peek(budget);
        if (sendsBack) {
            count = sendBack(count);
        } else {
            drop(count);
        }
        received += count;
        return count;
    }

    @HotPath
    private void drop(int count) {
        int room = fill.reserve(count);
        for (int i = 0; i < room; i++) {
            fill.put(umem.chunkOf(rx.address(i)));
        }
        fill.submit();
        rx.release(count);
    }

    @HotPath
    private int sendBack(int waiting) {
        int count = tx.reserve(waiting);
        for (int i = 0; i < count; i++) {
            long address = rx.address(i);
            swapMacs(umem.pointer(address));
            tx.put(address, rx.lengthBytes(i), 0);
        }
        tx.submit();
        rx.release(count);
        while (socket.wakeTx() == -Errno.EAGAIN) {
            reuse();
        }
        reuse();
        return count;
    }

    /// Chunks that were sent go back to the fill ring.
    @HotPath
    private void reuse() {
        int sent = completion.peek(RING);
        int room = fill.reserve(sent);
        for (int i = 0; i < room; i++) {
            fill.put(umem.chunkOf(completion.address(i)));
        }
        completion.release(room);
        fill.submit();
    }

    @HotPath
    private static void swapMacs(long data) {
        int first = RawMemory.getInt(data);
        int firstEnd = RawMemory.getShort(data + 4);
        RawMemory.putInt(data, RawMemory.getInt(data + 6));
        RawMemory.putShort(data + 4, RawMemory.getShort(data + 10));
        RawMemory.putInt(data + 6, first);
        RawMemory.putShort(data + 10, firstEnd);
    }

    /// Nothing wakes a poller of this kind; it looks again and again.
    @Override
    public boolean hasWork() {
        return true;
    }

    /// Frames so far. Any thread.
    long received() {
        return received;
    }

    @Override
    public void close() {
        socket.close();
        umem.close();
    }
}
