package io.xdp4j.afxdp.emulated;

import io.xdp4j.afxdp.AddressConsumer;
import io.xdp4j.afxdp.AddressProducer;
import io.xdp4j.afxdp.CompletionRing;
import io.xdp4j.afxdp.DescConsumer;
import io.xdp4j.afxdp.DescProducer;
import io.xdp4j.afxdp.FillRing;
import io.xdp4j.afxdp.RxRing;
import io.xdp4j.afxdp.TxRing;
import io.xdp4j.afxdp.Umem;
import io.xdp4j.afxdp.XskRing;
import io.xdp4j.afxdp.XskSocket;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.RingOffsets;
import io.xdp4j.linux.afxdp.XdpStatistics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// An AF_XDP socket on a device of the datapath, in copy mode.
///
/// The user's side may run on any thread. On the queue's own worker, as a poller, [#wakeTx] sends at
/// once; elsewhere the call waits for the worker to do it.
///
/// Thread: control one at a time; receive and transmit on the queue's worker.
/// Kernel: net/xdp/xsk.c, 6.18.
public final class EmulatedXskSocket implements XskSocket, RedirectTarget {
    private static final int PAGE_BYTES = 4096;
    private static final long LONGEST_WAIT_MILLIS = 60_000;
    private static final RingOffsets LAYOUT = RingOffsets.LINES_OF_64;

    private final XskDomain domain;
    private final Map<Integer, RingArea> rings = new HashMap<>();
    private final Object readers = new Object();
    private int descriptor;
    private boolean bound;
    private boolean unbound;
    private boolean closed;
    private int txBudget = XskTransmitter.TX_BATCH_SIZE;
    private volatile int error;
    private @Nullable Umem umem;
    private @Nullable XskPool pool;
    private volatile @Nullable XskReceiver receiver;
    private volatile @Nullable XskTransmitter transmitter;
    private volatile int waiting;

    EmulatedXskSocket(XskDomain domain) {
        this.domain = domain;
    }

    void setDescriptor(int number) {
        this.descriptor = number;
    }

    /// The number that an xskmap takes.
    public int descriptor() {
        return descriptor;
    }

    // ---- set-up

    @Override
    public synchronized void registerUmem(Umem memory) {
        String subject = option(AfXdp.XDP_UMEM_REG);
        check(!isFresh() || umem != null, "setsockopt", subject, Errno.EBUSY);
        check(
                "setsockopt",
                subject,
                BindRules.umem(memory.base(), memory.lengthBytes(), memory.config()));
        umem = memory;
    }

    @Override
    public synchronized void setRing(int option, int entries) {
        String subject = option(option);
        check(
                option < AfXdp.XDP_RX_RING
                        || option == AfXdp.XDP_UMEM_REG
                        || option > AfXdp.XDP_UMEM_COMPLETION_RING,
                "setsockopt",
                subject,
                Errno.ENOPROTOOPT);
        check(!isFresh(), "setsockopt", subject, Errno.EBUSY);
        check("setsockopt", subject, BindRules.entries(entries));
        check(rings.containsKey(option), "setsockopt", subject, Errno.EINVAL);
        long bytes = XskRing.bytes(LAYOUT, entries, entryBytes(option));
        long mapped = (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
        rings.put(option, new RingArea(domain.ringMemory(mapped), entries, mapped));
    }

    private static int entryBytes(int option) {
        boolean descriptors = option == AfXdp.XDP_RX_RING || option == AfXdp.XDP_TX_RING;
        return descriptors ? 2 * Long.BYTES : Long.BYTES;
    }

    @Override
    public synchronized long map(long offset, long lengthBytes) {
        String subject = "fd=" + descriptor + ", length=" + lengthBytes;
        check(!isFresh(), "mmap", subject, Errno.EBUSY);
        RingArea area = rings.get(optionAt(offset));
        if (area == null || lengthBytes > area.lengthBytes()) {
            throw NativeException.of("mmap", subject, Errno.EINVAL);
        }
        return area.address();
    }

    private static int optionAt(long offset) {
        if (offset == AfXdp.XDP_PGOFF_RX_RING) {
            return AfXdp.XDP_RX_RING;
        }
        if (offset == AfXdp.XDP_PGOFF_TX_RING) {
            return AfXdp.XDP_TX_RING;
        }
        if (offset == AfXdp.XDP_UMEM_PGOFF_FILL_RING) {
            return AfXdp.XDP_UMEM_FILL_RING;
        }
        return offset == AfXdp.XDP_UMEM_PGOFF_COMPLETION_RING ? AfXdp.XDP_UMEM_COMPLETION_RING : 0;
    }

    private long newRing(int option, int entries) {
        setRing(option, entries);
        return ring(option).address();
    }

    private synchronized RingArea ring(int option) {
        RingArea area = rings.get(option);
        if (area == null) {
            throw new IllegalStateException("no ring " + option);
        }
        return area;
    }

    @Override
    public FillRing fillRing(int entries) {
        return new FillRing(newRing(AfXdp.XDP_UMEM_FILL_RING, entries), LAYOUT, entries);
    }

    @Override
    public CompletionRing completionRing(int entries) {
        return new CompletionRing(
                newRing(AfXdp.XDP_UMEM_COMPLETION_RING, entries), LAYOUT, entries);
    }

    @Override
    public RxRing rxRing(int entries) {
        return new RxRing(newRing(AfXdp.XDP_RX_RING, entries), LAYOUT, entries);
    }

    @Override
    public TxRing txRing(int entries) {
        return new TxRing(newRing(AfXdp.XDP_TX_RING, entries), LAYOUT, entries);
    }

    @Override
    public synchronized void setMaxTxBudget(int packets) {
        RingArea tx = rings.get(AfXdp.XDP_TX_RING);
        check(
                tx == null || packets < XskTransmitter.TX_BATCH_SIZE || packets > tx.entries(),
                "setsockopt",
                option(AfXdp.XDP_MAX_TX_SKB_BUDGET),
                Errno.EACCES);
        txBudget = packets;
        XskTransmitter sending = transmitter;
        if (sending != null) {
            sending.setBudget(packets);
        }
    }

    // ---- bind

    @Override
    public void bind(int ifindex, int queue, int flags) {
        bind(ifindex, queue, null, flags);
    }

    @Override
    public void bindShared(int ifindex, int queue, XskSocket owner, int flags) {
        if (!(owner instanceof EmulatedXskSocket other)) {
            throw NativeException.of("bind", "AF_XDP, ifindex=" + ifindex, Errno.ENOTSOCK);
        }
        bind(ifindex, queue, other, flags | AfXdp.XDP_SHARED_UMEM);
    }

    private synchronized void bind(
            int ifindex, int queue, @Nullable EmulatedXskSocket owner, int flags) {
        String subject = "AF_XDP, ifindex=" + ifindex + ", queue=" + queue;
        check("bind", subject, BindRules.flags(flags));
        check(!isFresh(), "bind", subject, Errno.EBUSY);
        NetDevice device = domain.device(ifindex).orElse(null);
        if (device == null) {
            throw NativeException.of("bind", subject, Errno.ENODEV);
        }
        boolean hasRings =
                rings.containsKey(AfXdp.XDP_RX_RING) || rings.containsKey(AfXdp.XDP_TX_RING);
        check(!hasRings, "bind", subject, Errno.EINVAL);
        XskPool found =
                owner == null
                        ? ownPool(device, queue, flags, subject)
                        : sharedPool(device, queue, owner, flags, subject);
        found.acquire();
        pool = found;
        umem = found.umem();
        bound = true;
        connect(found);
    }

    private XskPool ownPool(NetDevice device, int queue, int flags, String subject) {
        Umem memory = umem;
        if (memory == null || !hasPoolRings()) {
            throw NativeException.of("bind", subject, Errno.EINVAL);
        }
        check("bind", subject, BindRules.mode(flags));
        return newPool(memory, device, queue, (flags & AfXdp.XDP_USE_SG) != 0, subject);
    }

    private XskPool sharedPool(
            NetDevice device, int queue, EmulatedXskSocket owner, int flags, String subject) {
        check("bind", subject, BindRules.sharedFlags(flags));
        check(umem != null, "bind", subject, Errno.EINVAL);
        XskPool others = owner.pool();
        if (others == null) {
            throw NativeException.of("bind", subject, Errno.EBADF);
        }
        boolean same = others.device().equals(device) && others.queue().queueIndex() == queue;
        if (!same) {
            check(!hasPoolRings(), "bind", subject, Errno.EINVAL);
            return newPool(others.umem(), device, queue, others.takesFrags(), subject);
        }
        check(
                rings.containsKey(AfXdp.XDP_UMEM_FILL_RING)
                        || rings.containsKey(AfXdp.XDP_UMEM_COMPLETION_RING),
                "bind",
                subject,
                Errno.EINVAL);
        return others;
    }

    private boolean hasPoolRings() {
        return rings.containsKey(AfXdp.XDP_UMEM_FILL_RING)
                && rings.containsKey(AfXdp.XDP_UMEM_COMPLETION_RING);
    }

    private XskPool newPool(
            Umem memory, NetDevice device, int queue, boolean frags, String subject) {
        check(domain.poolAt(device, queue) != null, "bind", subject, Errno.EBUSY);
        check(queue < 0 || queue >= device.rxQueues().size(), "bind", subject, Errno.EINVAL);
        RxQueue rxQueue = device.rxQueues().get(queue);
        RingArea fill = ring(AfXdp.XDP_UMEM_FILL_RING);
        RingArea completion = ring(AfXdp.XDP_UMEM_COMPLETION_RING);
        XskPool made =
                new XskPool(
                        memory,
                        device,
                        rxQueue,
                        new AddressConsumer(fill.address(), LAYOUT, fill.entries()),
                        new AddressProducer(completion.address(), LAYOUT, completion.entries()),
                        frags);
        domain.add(made);
        return made;
    }

    private void connect(XskPool found) {
        RingArea rx = rings.get(AfXdp.XDP_RX_RING);
        RingArea tx = rings.get(AfXdp.XDP_TX_RING);
        if (tx != null) {
            DescConsumer ring = new DescConsumer(tx.address(), LAYOUT, tx.entries());
            ring.setNeedsWakeup(true);
            transmitter = new XskTransmitter(found, ring, txBudget);
        }
        if (rx != null) {
            receiver =
                    new XskReceiver(
                            this, found, new DescProducer(rx.address(), LAYOUT, rx.entries()));
        }
    }

    private synchronized @Nullable XskPool pool() {
        return pool;
    }

    private boolean isFresh() {
        return !bound && !unbound;
    }

    private String option(int name) {
        return "fd=" + descriptor + ", XDP option " + name;
    }

    private static void check(String call, String subject, int errno) {
        check(errno != 0, call, subject, errno);
    }

    private static void check(boolean refused, String call, String subject, int errno) {
        if (refused) {
            throw NativeException.of(call, subject, errno);
        }
    }

    // ---- receive

    @HotPath
    @Override
    public int redirect(XdpFrame frame, XdpRxqInfo ingress, int cpu) {
        XskReceiver receiving = receiver;
        return receiving == null ? -Errno.ENXIO : receiving.receive(frame, ingress, cpu);
    }

    @Override
    public int ifindex() {
        return 0;
    }

    /// New descriptors are in the RX ring.
    @HotPath
    void readable() {
        if (waiting > 0) {
            wakeReaders();
        }
    }

    private void wakeReaders() {
        synchronized (readers) {
            readers.notifyAll();
        }
    }

    // ---- calls of the user

    @Override
    public int wakeTx() {
        XskPool current = pool();
        XskTransmitter sending = transmitter;
        if (current == null) {
            return -Errno.ENXIO;
        }
        if (!current.device().isUp()) {
            return -Errno.ENETDOWN;
        }
        if (sending == null) {
            return -Errno.ENOBUFS;
        }
        Worker worker = current.queue().worker();
        return worker.isCurrent()
                ? sending.send()
                : worker.eventLoop().submit(() -> sendOn(sending)).syncUninterruptibly().getNow();
    }

    /// On the worker: another thread may have closed the socket since.
    private int sendOn(XskTransmitter sending) {
        return transmitter == sending ? sending.send() : -Errno.ENXIO;
    }

    @Override
    public int wakeRx() {
        XskPool current = pool();
        if (current == null) {
            return -Errno.ENXIO;
        }
        if (!current.device().isUp()) {
            return -Errno.ENETDOWN;
        }
        return receiver == null ? -Errno.ENOBUFS : 0;
    }

    @Override
    public int poll(int events, int timeoutMillis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        try {
            while (true) {
                boolean sendsMore = transmitter != null && wakeTx() == -Errno.EAGAIN;
                long left =
                        timeoutMillis < 0
                                ? Long.MAX_VALUE
                                : TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                int ready = await(events, sendsMore ? Math.min(left, 1) : left);
                if (ready != 0 || left <= 0) {
                    return ready;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -Errno.EINTR;
        }
    }

    /// Waits for one of the events or for the time to be over; 0 after a wait that may have ended early.
    private int await(int events, long millis) throws InterruptedException {
        long left = Math.min(millis, LONGEST_WAIT_MILLIS);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(left);
        synchronized (readers) {
            waiting++;
            try {
                int ready;
                while ((ready = ready(events)) == 0 && left > 0) {
                    readers.wait(left);
                    left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                }
                return ready;
            } finally {
                waiting--;
            }
        }
    }

    private int ready(int events) {
        XskReceiver receiving = receiver;
        XskTransmitter sending = transmitter;
        int ready = error != 0 || closed ? PollSet.POLLERR : 0;
        if (receiving != null && receiving.isReadable()) {
            ready |= events & PollSet.POLLIN;
        }
        if (sending != null && sending.isWritable()) {
            ready |= events & PollSet.POLLOUT;
        }
        return ready;
    }

    @Override
    public int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }

    @Override
    public XdpStatistics statistics() {
        XskReceiver receiving = receiver;
        XskTransmitter sending = transmitter;
        XdpStatistics received = receiving == null ? XdpStatistics.NONE : receiving.statistics();
        return sending == null ? received : received.plus(sending.statistics());
    }

    @Override
    public XdpStatistics shortStatistics() {
        return statistics().shortForm();
    }

    @Override
    public boolean isZeroCopy() {
        return false;
    }

    // ---- end

    void deviceGone(NetDevice device) {
        XskPool current = pool();
        if (current != null && current.device().equals(device)) {
            unbind();
            error = Errno.ENETDOWN;
            wakeReaders();
        }
    }

    private synchronized void unbind() {
        XskPool current = pool;
        if (current == null) {
            return;
        }
        pool = null;
        bound = false;
        unbound = true;
        receiver = null;
        transmitter = null;
        if (current.release()) {
            domain.remove(current);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        domain.close(this);
        unbind();
        wakeReaders();
        if (Worker.current() == null) {
            domain.datapath().workers().synchronize();
        }
    }

    @Override
    public String toString() {
        return "xsk " + descriptor;
    }
}
