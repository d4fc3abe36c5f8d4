package io.xdp4j.afxdp;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.Mapping;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.Sockets;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.MmapOffsets;
import io.xdp4j.linux.afxdp.RingOffsets;
import io.xdp4j.linux.afxdp.SockaddrXdp;
import io.xdp4j.linux.afxdp.UmemReg;
import io.xdp4j.linux.afxdp.XdpSocket;
import io.xdp4j.linux.afxdp.XdpStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// An AF_XDP socket of the kernel, in the network namespace of the thread that opened it.
public final class KernelXskSocket implements XskSocket {
    private static final int BUSY_POLL_MICROS = 20;
    private static final int BUSY_POLL_BUDGET = 64;
    private static final int BIND_TRIES = 200;
    private static final long BIND_RETRY_NANOS = 5_000_000;

    private final int fd;
    private final MmapOffsets offsets;
    private final List<Mapping> mappings = new ArrayList<>();
    private boolean closed;

    private KernelXskSocket(int fd) {
        this.fd = fd;
        this.offsets = XdpSocket.mmapOffsets(fd);
    }

    public static KernelXskSocket open() {
        int fd = XdpSocket.open();
        try {
            return new KernelXskSocket(fd);
        } catch (NativeException e) {
            Fd.close(fd);
            throw e;
        }
    }

    /// The descriptor, which stays this socket's.
    public int fd() {
        return fd;
    }

    @Override
    public void registerUmem(Umem umem) {
        UmemConfig config = umem.config();
        XdpSocket.registerUmem(
                fd,
                new UmemReg(
                        umem.base(),
                        umem.lengthBytes(),
                        config.chunkBytes(),
                        config.headroomBytes(),
                        config.flags(),
                        config.txMetadataBytes()));
    }

    @Override
    public void setRing(int option, int entries) {
        XdpSocket.setRing(fd, option, entries);
    }

    @Override
    public long map(long offset, long lengthBytes) {
        Mapping mapping = Mapping.shared(fd, offset, lengthBytes);
        mappings.add(mapping);
        return mapping.address();
    }

    private long ring(
            int option, long pageOffset, int entries, RingOffsets layout, int entryBytes) {
        setRing(option, entries);
        return map(pageOffset, XskRing.bytes(layout, entries, entryBytes));
    }

    @Override
    public FillRing fillRing(int entries) {
        long memory =
                ring(
                        AfXdp.XDP_UMEM_FILL_RING,
                        AfXdp.XDP_UMEM_PGOFF_FILL_RING,
                        entries,
                        offsets.fill(),
                        AddressProducer.ENTRY_BYTES);
        return new FillRing(memory, offsets.fill(), entries);
    }

    @Override
    public CompletionRing completionRing(int entries) {
        long memory =
                ring(
                        AfXdp.XDP_UMEM_COMPLETION_RING,
                        AfXdp.XDP_UMEM_PGOFF_COMPLETION_RING,
                        entries,
                        offsets.completion(),
                        AddressProducer.ENTRY_BYTES);
        return new CompletionRing(memory, offsets.completion(), entries);
    }

    @Override
    public RxRing rxRing(int entries) {
        long memory =
                ring(
                        AfXdp.XDP_RX_RING,
                        AfXdp.XDP_PGOFF_RX_RING,
                        entries,
                        offsets.rx(),
                        DescProducer.ENTRY_BYTES);
        return new RxRing(memory, offsets.rx(), entries);
    }

    @Override
    public TxRing txRing(int entries) {
        long memory =
                ring(
                        AfXdp.XDP_TX_RING,
                        AfXdp.XDP_PGOFF_TX_RING,
                        entries,
                        offsets.tx(),
                        DescProducer.ENTRY_BYTES);
        return new TxRing(memory, offsets.tx(), entries);
    }

    @Override
    public void setMaxTxBudget(int packets) {
        XdpSocket.setMaxTxBudget(fd, packets);
    }

    /// Has the device's NAPI run in this socket's system calls rather than in softirqs. The device
    /// needs `napi_defer_hard_irqs` and `gro_flush_timeout` too.
    public void preferBusyPoll() {
        Sockets.setOption(fd, Sockets.SOL_SOCKET, Sockets.SO_PREFER_BUSY_POLL, 1);
        Sockets.setOption(fd, Sockets.SOL_SOCKET, Sockets.SO_BUSY_POLL, BUSY_POLL_MICROS);
        Sockets.setOption(fd, Sockets.SOL_SOCKET, Sockets.SO_BUSY_POLL_BUDGET, BUSY_POLL_BUDGET);
    }

    @Override
    public void bind(int ifindex, int queue, int flags) {
        XdpSocket.bind(fd, new SockaddrXdp(flags, ifindex, queue, 0));
    }

    /// Binds, and waits where the queue is not free yet: the kernel takes it from a socket some time
    /// after that was closed.
    public void bindWhenFree(int ifindex, int queue, int flags) {
        for (int tries = 1; ; tries++) {
            try {
                bind(ifindex, queue, flags);
                return;
            } catch (NativeException e) {
                if (e.errno() != Errno.EBUSY || tries == BIND_TRIES) {
                    throw e;
                }
                LockSupport.parkNanos(BIND_RETRY_NANOS);
            }
        }
    }

    @Override
    public void bindShared(int ifindex, int queue, XskSocket owner, int flags) {
        if (!(owner instanceof KernelXskSocket kernel)) {
            throw NativeException.of("bind", "AF_XDP, ifindex=" + ifindex, Errno.ENOTSOCK);
        }
        XdpSocket.bind(
                fd, new SockaddrXdp(flags | AfXdp.XDP_SHARED_UMEM, ifindex, queue, kernel.fd));
    }

    @Override
    public int wakeTx() {
        return Sockets.send(fd, 0, 0, Sockets.MSG_DONTWAIT);
    }

    @Override
    public int wakeRx() {
        return Sockets.recv(fd, 0, 0, Sockets.MSG_DONTWAIT);
    }

    @Override
    public int poll(int events, int timeoutMillis) {
        return PollSet.pollOne(fd, events, timeoutMillis);
    }

    @Override
    public int takeError() {
        return Sockets.option(fd, Sockets.SOL_SOCKET, Sockets.SO_ERROR);
    }

    @Override
    public XdpStatistics statistics() {
        return XdpSocket.statistics(fd);
    }

    @Override
    public XdpStatistics shortStatistics() {
        return XdpSocket.shortStatistics(fd);
    }

    @Override
    public boolean isZeroCopy() {
        return XdpSocket.isZeroCopy(fd);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        mappings.forEach(Mapping::close);
        Fd.close(fd);
    }

    @Override
    public String toString() {
        return "xsk " + fd;
    }
}
