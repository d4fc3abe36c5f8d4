package io.xdp4j.afxdp.device;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.xdp4j.afxdp.CompletionRing;
import io.xdp4j.afxdp.FillRing;
import io.xdp4j.afxdp.KernelXskSocket;
import io.xdp4j.afxdp.RxRing;
import io.xdp4j.afxdp.TxRing;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.device.TxQueue;
import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.FramePool;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.FlushPhase;
import io.xdp4j.core.napi.Flushable;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.PartialChecksums;
import io.xdp4j.core.ring.PtrRing;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.XdpStatistics;
import io.xdp4j.linux.afxdp.XskTxMetadata;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One queue of an interface: a socket whose UMEM is the datapath's frame pool.
///
/// A chunk changes hands without a copy. On the way in: the pool, the fill ring, the kernel, the RX
/// ring, the program. On the way out: the TX ring, the kernel, the completion ring, the pool. Whoever
/// has it outside of the datapath is its frame's borrower; an address from a ring counts only if this
/// queue lent that chunk, so nothing that stands in a ring makes a frame of somebody else's memory.
///
/// A frame counts as transmitted when the kernel gives its chunk back.
///
/// Thread: the queue's worker, except [#handOver] (any worker), [#start], [#stopReceiving] and
/// [#close].
/// Owns: the socket; chunks in its rings.
/// Fails: frames that cannot be sent are dropped and counted by reason.
final class XskQueue implements NapiPoller, EpollIoHandle, Flushable, AutoCloseable {
    private static final EpollIoOps READABLE = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET);
    private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(XdpFrame.CHUNK_BYTES);
    private static final int HANDOVER = 1024;
    private static final int HANDOVER_BULK = 64;
    private static final int REFILL_BATCH = 32;

    /// Calls in a row that may fail to empty the TX ring before others get their turn.
    private static final int MAX_WAKES = 64;

    private static final int RETRY_MILLIS = 1;
    private static final long SETTLE_NANOS = 20_000_000;

    private final NetDevice device;
    private final RxQueue queue;
    private final Worker worker;
    private final TxQueue counters;
    private final FramePool pool;
    private final FrameCache frames;
    private final NapiContext napi;
    private final KernelXskSocket socket;
    private final FileDescriptor descriptor;
    private final FillRing fill;
    private final CompletionRing completion;
    private final RxRing rx;
    private final TxRing tx;
    private final boolean busyPoll;
    private final boolean completesChecksums;
    private final int stockTarget;
    private final long poolStart;
    private final long poolBytes;

    // Who borrows a chunk: the kernel to receive into, to send from, to send a later part from.
    private final int receiver;
    private final int sender;
    private final int partSender;

    private final PtrRing handover = new PtrRing(HANDOVER);
    private final XdpFrame[] handedOver = new XdpFrame[HANDOVER_BULK];
    private @Nullable IoRegistration registration;
    private volatile boolean receiving = true;
    private volatile boolean closed;

    private int stock;
    private volatile int outstanding;
    private int lost;
    private boolean unsent;
    private boolean listed;
    private boolean retryArmed;
    private @Nullable XdpFrame partialHead;
    private @Nullable XdpFrame partialTail;
    private long invalidAddresses;

    @SuppressWarnings("UnusedVariable") // keeps the reads alive
    private int warmed;

    private XdpStatistics closingStatistics = XdpStatistics.NONE;

    /// Makes a queue of a socket that is not bound yet, and its rings.
    XskQueue(
            NetDevice device,
            RxQueue queue,
            TxQueue counters,
            KernelXskSocket socket,
            AfXdpSettings settings,
            boolean completesChecksums) {
        this.device = device;
        this.queue = queue;
        this.worker = queue.worker();
        this.counters = counters;
        this.pool = worker.pool();
        this.poolStart = pool.memoryAddress();
        this.poolBytes = (long) pool.size() << CHUNK_SHIFT;
        this.frames = worker.frames();
        this.socket = socket;
        this.descriptor = new FileDescriptor(socket.fd());
        this.fill = socket.fillRing(settings.ringSize());
        this.completion = socket.completionRing(settings.ringSize());
        this.rx = socket.rxRing(settings.ringSize());
        this.tx = socket.txRing(settings.ringSize());
        sendAtOnce(socket, settings.ringSize());
        this.busyPoll = settings.busyPoll();
        this.completesChecksums = completesChecksums;
        this.stockTarget = stockTarget(settings, pool.size(), device.rxQueues().size());
        this.receiver = device.datapath().shared(Borrowers.class, Borrowers::new).next(3);
        this.sender = receiver + 1;
        this.partSender = receiver + 2;
        this.napi = worker.register(this, queue.toString());
    }

    /// A port's queues together keep at most a quarter of the pool for receiving.
    private static int stockTarget(AfXdpSettings settings, int frames, int queues) {
        return Math.min(settings.ringSize(), Math.min(frames / 8, frames / (4 * queues)));
    }

    /// One call for what a poll sends, where the kernel can.
    private static void sendAtOnce(KernelXskSocket socket, int packets) {
        try {
            socket.setMaxTxBudget(packets);
        } catch (NativeException e) {
            if (e.errno() != Errno.ENOPROTOOPT) {
                throw e;
            }
        }
    }

    KernelXskSocket socket() {
        return socket;
    }

    Worker worker() {
        return worker;
    }

    // ---- control

    /// Gives the kernel chunks and begins to watch the socket.
    void start() {
        if (registration != null) {
            return;
        }
        IoEventLoop loop = (IoEventLoop) worker.eventLoop();
        IoRegistration watch = loop.register(this).syncUninterruptibly().getNow();
        registration = watch;
        watch.submit(READABLE);
        napi.schedule();
    }

    /// Takes no more frames out of the RX ring.
    void stopReceiving() {
        receiving = false;
    }

    /// Looks at all rings again, after the interface has come back.
    void retry() {
        worker.eventLoop()
                .execute(() -> {
                    unsent = true; // what the kernel did not take while the interface was down
                    napi.schedule();
                });
    }

    /// Stops watching, closes the socket and takes back the chunks that the kernel had. Frames that
    /// it had not sent are dropped. Not to be called on the worker.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        long deadline = System.nanoTime() + SETTLE_NANOS;
        // The kernel may still read from chunks of frames that are on their way.
        while (outstanding > 0 && System.nanoTime() - deadline < 0) {
            napi.schedule();
            device.datapath().workers().synchronize();
        }
        closingStatistics = socket.statistics();
        onWorker(this::stopWatching);
        int unconsumed = tx.used();
        socket.close();
        onWorker(() -> settle(unconsumed));
    }

    private void onWorker(Runnable task) {
        worker.eventLoop().submit(task).syncUninterruptibly();
    }

    private void stopWatching() {
        closed = true;
        IoRegistration watch = registration;
        if (watch != null) {
            watch.cancel();
        }
    }

    /// Frees the chunks that were lent; of those to be sent the last `unconsumed` never left.
    private void settle(int unconsumed) {
        lost += unconsumed;
        for (int i = 0; i < pool.size(); i++) {
            XdpFrame frame = pool.frame(i);
            int borrower = frame.borrower();
            if (borrower == receiver || borrower == partSender) {
                frame.setBorrower(0);
                frames.free(frame);
            } else if (borrower == sender) {
                sent(frame);
            }
        }
        frames.addStock(-stock);
        stock = 0;
        outstanding = 0;
        dropPartial();
        dropHandover();
    }

    private void dropPartial() {
        if (partialHead != null) {
            frames.free(partialHead);
            partialHead = null;
            partialTail = null;
        }
    }

    private void dropHandover() {
        XdpFrame frame;
        while ((frame = handover.consume()) != null) {
            counters.dropped(1);
            worker.drop(frame, DropReason.TX_DEVICE_DOWN, device.ifindex());
        }
    }

    /// The kernel's counters of the socket. Any thread, while the socket is neither opened nor
    /// closed.
    XdpStatistics statistics() {
        return closed ? closingStatistics : socket.statistics();
    }

    /// Addresses and lengths from the kernel that cannot be; always 0 on a sane kernel.
    long invalidAddresses() {
        return invalidAddresses;
    }

    // ---- events

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        napi.schedule();
    }

    @Override
    public boolean hasWork() {
        if (closed) {
            return !handover.isEmpty();
        }
        return (receiving && (busyPoll || !rx.isEmpty()))
                || !handover.isEmpty()
                || (outstanding > 0 && !completion.isEmpty());
    }

    // ---- hot path: receive

    @HotPath
    @Override
    public int poll(int budget) {
        if (closed) {
            dropHandover();
            return 0;
        }
        reap();
        int done = receiving ? receive(budget) : 0;
        done += takeOver(budget - done);
        if (unsent) {
            wakeTx();
        }
        if (done == 0 && (outstanding > 0 || stock < stockTarget / 2)) {
            retryLater();
        }
        return done;
    }

    /// Completions raise no event, nor does a chunk that comes back to an empty pool.
    @SuppressWarnings("FutureReturnValueIgnored") // it cannot fail
    private void retryLater() {
        if (!retryArmed) {
            retryArmed = true;
            worker.eventLoop().schedule(this::retryNow, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void retryNow() {
        retryArmed = false;
        napi.schedule();
    }

    @HotPath
    private int receive(int budget) {
        int count = rx.peek(budget);
        if (count == 0 && busyPoll) {
            socket.wakeRx();
            count = rx.peek(budget);
        }
        warm(count);
        for (int i = 0; i < count; i++) {
            receive(rx.address(i), rx.lengthBytes(i), rx.options(i));
        }
        if (count > 0) {
            rx.release(count);
        }
        refill();
        return count;
    }

    /// The kernel may have filled the chunks on another CPU, and the first thing anybody does is to read
    /// a header. Reading a byte of each before the first is worked on lets the cache misses overlap.
    @HotPath
    private void warm(int count) {
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            long address = rx.address(i);
            if (Long.compareUnsigned(address, poolBytes) < 0) {
                bytes += RawMemory.u8(poolStart + address);
            }
        }
        warmed = bytes;
    }

    @HotPath
    private void receive(long address, int length, int options) {
        XdpFrame frame = lentTo(receiver, address);
        if (frame == null) {
            invalidAddresses++;
            return;
        }
        frame.setBorrower(0);
        stock--;
        frames.addStock(-1);
        int offset = (int) address & (XdpFrame.CHUNK_BYTES - 1);
        if (length < 0 || length > XdpFrame.CHUNK_BYTES - offset) {
            invalidAddresses++;
            frames.free(frame);
            queue.dropWithoutFrame(DropReason.RX_TRUNCATED, 1);
            return;
        }
        frame.setData(offset, length);
        boolean more = (options & AfXdp.XDP_PKT_CONTD) != 0;
        if (more || partialHead != null || length > XdpFrame.LINEAR_BYTES) {
            chain(frame, more);
        } else {
            deliver(frame);
        }
    }

    /// The frame of the chunk that an address of a ring lies in; null unless it is lent so.
    @HotPath
    private @Nullable XdpFrame lentTo(int borrower, long address) {
        long index = address >>> CHUNK_SHIFT;
        if (index >= pool.size()) {
            return null;
        }
        XdpFrame frame = pool.frame((int) index);
        return frame.borrower() == borrower ? frame : null;
    }

    @HotPath
    private void deliver(XdpFrame frame) {
        if (frame.totalLength() < NetDevice.ETH_HLEN) {
            worker.ledger().entered(1);
            queue.drop(frame, DropReason.RX_TOO_SHORT);
            return;
        }
        if (completesChecksums) {
            PartialChecksums.mark(frame);
        }
        queue.receiveNew(frame);
    }

    /// Puts a packet of several chunks together.
    @HotPath
    private void chain(XdpFrame part, boolean more) {
        XdpFrame head = partialHead;
        XdpFrame tail = partialTail;
        if (head == null || tail == null) {
            head = part;
            tail = splitTail(part);
        } else {
            head.appendFrag(tail, part);
            tail = part;
        }
        if (more) {
            partialHead = head;
            partialTail = tail;
            return;
        }
        partialHead = null;
        partialTail = null;
        deliver(head);
    }

    /// Moves what stands in the first chunk's tailroom, which the kernel does not know of, to a chunk
    /// of its own. Without one it stays: only programs that grow the tail notice.
    @HotPath
    private XdpFrame splitTail(XdpFrame head) {
        int excess = head.length() - XdpFrame.LINEAR_BYTES;
        XdpFrame rest = excess > 0 ? frames.allocate() : null;
        if (rest == null) {
            return head;
        }
        rest.setData(0, excess);
        RawMemory.copy(head.data() + XdpFrame.LINEAR_BYTES, rest.data(), excess);
        head.start(XdpFrame.LINEAR_BYTES);
        head.appendFrag(head, rest);
        return rest;
    }

    /// Keeps the kernel in chunks to receive into.
    @HotPath
    private void refill() {
        int missing = stockTarget - stock;
        if (missing < REFILL_BATCH) {
            return;
        }
        int room = fill.reserve(missing);
        int put = 0;
        while (put < room) {
            XdpFrame frame = frames.allocate();
            if (frame == null) {
                break;
            }
            frame.setBorrower(receiver);
            fill.put(frame.chunk() - poolStart);
            put++;
        }
        if (put > 0) {
            fill.submit();
            stock += put;
            frames.addStock(put);
        }
        if (fill.needsWakeup()) {
            socket.wakeRx();
        }
    }

    // ---- hot path: transmit

    /// Takes frames of another worker; returns how many, always the first ones.
    @HotPath
    int handOver(XdpFrame[] list, int count) {
        int taken = handover.produce(list, count);
        napi.schedule();
        return taken;
    }

    @HotPath
    private int takeOver(int budget) {
        if (handover.isEmpty()) {
            return 0;
        }
        int count = handover.consume(handedOver, Math.clamp(budget, 1, HANDOVER_BULK));
        int queued = enqueue(handedOver, count);
        for (int i = queued; i < count; i++) {
            counters.dropped(1);
            worker.drop(handedOver[i], DropReason.TX_RING_FULL, device.ifindex());
        }
        return count;
    }

    /// Puts frames into the TX ring; they go at the end of the poll. Returns how many fit, always the
    /// first ones.
    @HotPath
    int enqueue(XdpFrame[] list, int count) {
        int queued = 0;
        while (queued < count && put(list[queued])) {
            queued++;
        }
        if (queued > 0 && !listed) {
            listed = true;
            worker.flushLater(FlushPhase.TRANSMIT, this);
        }
        return queued;
    }

    @HotPath
    private boolean put(XdpFrame frame) {
        int parts = 1 + frame.fragCount();
        if (!hasRoom(parts)) {
            submit();
            wakeTx();
            reap();
            if (!hasRoom(parts)) {
                return false;
            }
        }
        counters.sent(1, frame.totalLength());
        int options = frame.needsChecksum() ? writeMetadata(frame) : 0;
        if (frame.fragCount() == 0) {
            put(frame, sender, options);
        } else {
            putChain(frame, options);
        }
        return true;
    }

    /// The completion ring is as large as the TX ring; with no more frames on their way than that
    /// the kernel always finds room in it.
    @HotPath
    private boolean hasRoom(int parts) {
        return outstanding + parts <= tx.size() && tx.reserve(parts) == parts;
    }

    @HotPath
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer; others only look
    private void put(XdpFrame part, int borrower, int options) {
        part.setBorrower(borrower);
        tx.put(part.data() - poolStart, part.length(), options);
        outstanding++;
    }

    /// One descriptor a chunk; each chunk comes back alone. Emptied chunks are left out.
    @HotPath
    private void putChain(XdpFrame head, int options) {
        XdpFrame part = head.truncateAfter(head);
        XdpFrame current = head;
        int borrower = sender;
        int bits = options;
        while (part != null) {
            XdpFrame next = part.truncateAfter(part);
            if (part.length() == 0) {
                frames.free(part);
            } else {
                put(current, borrower, bits | AfXdp.XDP_PKT_CONTD);
                current = part;
                borrower = partSender;
                bits = 0;
            }
            part = next;
        }
        put(current, borrower, bits);
    }

    /// Asks for the checksum, in a block before the data.
    @HotPath
    private static int writeMetadata(XdpFrame frame) {
        long block = frame.data() - XskTxMetadata.SIZE;
        RawMemory.putLong(block + XskTxMetadata.FLAGS, XskTxMetadata.XDP_TXMD_FLAGS_CHECKSUM);
        RawMemory.putShort(block + XskTxMetadata.CSUM_START, frame.checksumStart());
        RawMemory.putShort(block + XskTxMetadata.CSUM_OFFSET, frame.checksumOffset());
        return AfXdp.XDP_TX_METADATA;
    }

    @HotPath
    @Override
    public void flush() {
        listed = false;
        if (closed) {
            return;
        }
        submit();
        wakeTx();
        reap();
    }

    @HotPath
    private void submit() {
        tx.submit();
        unsent = true;
    }

    /// Has the kernel send what is in the TX ring. In copy mode it sends within the call, some frames
    /// at a time.
    @HotPath
    private void wakeTx() {
        for (int i = 0; i < MAX_WAKES && tx.needsWakeup(); i++) {
            switch (-socket.wakeTx()) {
                case Errno.EAGAIN -> reap();
                // The device dropped one; it comes back like those that were sent.
                case Errno.EBUSY -> lost++;
                case Errno.ENOBUFS, Errno.ENOMEM -> {
                    napi.schedule();
                    return;
                }
                default -> {
                    unsent = false;
                    return;
                }
            }
        }
        unsent = tx.used() != 0;
        if (unsent) {
            napi.schedule();
        }
    }

    /// Takes back the chunks that the kernel is done with.
    @HotPath
    private void reap() {
        int waiting = outstanding;
        if (waiting == 0) {
            return;
        }
        int count = completion.peek(waiting);
        for (int i = 0; i < count; i++) {
            complete(completion.address(i));
        }
        if (count > 0) {
            completion.release(count);
        }
    }

    @HotPath
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer; others only look
    private void complete(long address) {
        XdpFrame frame = lentTo(sender, address);
        if (frame != null) {
            outstanding--;
            sent(frame);
            return;
        }
        frame = lentTo(partSender, address);
        if (frame == null) {
            invalidAddresses++;
            return;
        }
        outstanding--;
        frame.setBorrower(0);
        frames.free(frame);
    }

    @HotPath
    private void sent(XdpFrame frame) {
        frame.setBorrower(0);
        if (lost == 0) {
            worker.transmitted(frame);
            return;
        }
        lost--;
        counters.sent(-1, -frame.totalLength());
        counters.dropped(1);
        worker.drop(
                frame,
                closed ? DropReason.TX_DEVICE_DOWN : DropReason.TX_RING_FULL,
                device.ifindex());
    }

    @Override
    public String toString() {
        return queue + " " + socket;
    }
}
