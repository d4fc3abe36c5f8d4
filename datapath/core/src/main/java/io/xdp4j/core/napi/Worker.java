package io.xdp4j.core.napi;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerContext;
import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.FramePool;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.core.trace.Tracepoints;
import io.xdp4j.core.trace.WorkerLedger;
import io.xdp4j.ebpf.HotPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One emulated CPU: a Netty event-loop thread, its pollers and everything that is per CPU.
///
/// Thread: its own event loop, except where a method says otherwise.
/// Kernel: `softnet_data`.
public final class Worker {
    /// Frames polled before the event loop gets its turn (`netdev_budget`).
    private static final int ROUND_BUDGET = 1024;

    /// How long a worker that another one keeps supplying looks for more before it sleeps: a wake-up
    /// costs the supplier a system call and the frames tens of microseconds. About what
    /// `net.core.busy_poll` is set to.
    private static final long BUSY_POLL_NANOS = 50_000;

    private static final FlushPhase[] PHASES = FlushPhase.values();

    private static final VarHandle REDIRECT_TRACE = field("redirectTrace");
    private static final VarHandle DROP_TRACE = field("dropTrace");

    private final int index;
    private final FramePool pool;
    private final FrameCache frames;
    private final XdpBuff xdp;
    private final WorkerLedger ledger = new WorkerLedger();
    private final Tracepoints tracepoints;
    private final FlushList[] flushLists = new FlushList[PHASES.length];
    private final ArrayDeque<NapiContext> runList = new ArrayDeque<>();
    private final AtomicReference<@Nullable NapiContext> remote = new AtomicReference<>();
    private final NapiIoHandler handler;
    private @Nullable EventLoop eventLoop;

    // Whom to tell of the two events that may happen for each frame: a load and a branch each while
    // nobody listens. (A) of listening() writes, (B) of opened() reads.
    @SuppressWarnings("UnusedVariable") // by REDIRECT_TRACE
    private @Nullable TraceListener redirectTrace;

    @SuppressWarnings("UnusedVariable") // by DROP_TRACE
    private @Nullable TraceListener dropTrace;

    private XdpFrame[] segments = new XdpFrame[0];
    private boolean polling;
    private boolean flushNeeded;
    private long polledFrames;
    private long busyNanos;
    private long nowNanos = System.nanoTime();
    private boolean suppliedRemotely;
    private long busyPollEnd = nowNanos;

    Worker(int index, FramePool pool, Tracepoints tracepoints, NapiIoHandler handler) {
        this.index = index;
        this.pool = pool;
        this.frames = pool.newCache();
        this.xdp = new XdpBuff(index);
        this.tracepoints = tracepoints;
        this.handler = handler;
        for (int i = 0; i < PHASES.length; i++) {
            flushLists[i] = new FlushList();
        }
        tracepoints.follow(this::listening);
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(Worker.class, name, TraceListener.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private void listening(@Nullable TraceListener redirects, @Nullable TraceListener drops) {
        REDIRECT_TRACE.setRelease(this, redirects); // (A) publishes the listener; pairs with (B)
        DROP_TRACE.setRelease(this, drops); // (A)
    }

    void bind(EventLoop loop) {
        this.eventLoop = loop;
    }

    /// The worker whose thread calls, or null on any other thread.
    public static @Nullable Worker current() {
        return Thread.currentThread() instanceof WorkerThread thread ? thread.worker() : null;
    }

    /// Emulated CPU number.
    public int index() {
        return index;
    }

    /// Thread: any.
    public EventLoop eventLoop() {
        EventLoop loop = eventLoop;
        if (loop == null) {
            throw new IllegalStateException("worker " + index + " is not started");
        }
        return loop;
    }

    /// Thread: any.
    public boolean isCurrent() {
        return current() == this;
    }

    public FrameCache frames() {
        return frames;
    }

    public FramePool pool() {
        return pool;
    }

    /// The view that programs run on here.
    public XdpBuff xdp() {
        return xdp;
    }

    public WorkerLedger ledger() {
        return ledger;
    }

    /// The listener to tell about an event, null while nobody listens to it.
    @HotPath
    public @Nullable TraceListener trace(Tracepoint point) {
        return tracepoints.listener(point);
    }

    /// The same for `xdp_redirect`.
    @HotPath
    public @Nullable TraceListener traceRedirects() {
        return opened((TraceListener) REDIRECT_TRACE.getOpaque(this));
    }

    /// The same for `frame_dropped`.
    @HotPath
    public @Nullable TraceListener traceDrops() {
        return opened((TraceListener) DROP_TRACE.getOpaque(this));
    }

    /// Orders what follows only where there is a listener, so that frames pay for no fence.
    @HotPath
    private static @Nullable TraceListener opened(@Nullable TraceListener listener) {
        if (listener != null) {
            VarHandle.acquireFence(); // (B) sees the listener whole; pairs with (A)
        }
        return listener;
    }

    /// Nanoseconds on `System.nanoTime`'s clock at the start of the current round of polls.
    @HotPath
    public long nowNanos() {
        return nowNanos;
    }

    /// Frames polled so far. Thread: any.
    public long polledFrames() {
        return polledFrames;
    }

    /// Time spent in polls so far. Thread: any.
    public long busyNanos() {
        return busyNanos;
    }

    /// A poller of this worker. Thread: any.
    public NapiContext register(NapiPoller poller, String name) {
        return new NapiContext(this, poller, name);
    }

    // ---- frames

    /// Frees a frame and counts why.
    @HotPath
    public void drop(XdpFrame frame, DropReason reason, int ifindex) {
        ledger.dropped(reason, 1);
        free(frame, reason, ifindex);
    }

    /// Frees a frame whose drop the caller counts.
    @HotPath
    public void free(XdpFrame frame, DropReason reason, int ifindex) {
        TraceListener trace = traceDrops();
        if (trace != null) {
            trace.frameDropped(reason, ifindex);
        }
        frames.free(frame);
    }

    /// Frees a frame that left by a device.
    @HotPath
    public void transmitted(XdpFrame frame) {
        ledger.transmitted(1);
        frames.free(frame);
    }

    /// Frees the first `count` frames, which left by a device, and returns their bytes.
    @HotPath
    public long transmitted(XdpFrame[] sent, int count) {
        ledger.transmitted(count);
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += sent[i].totalLength();
            frames.free(sent[i]);
        }
        return bytes;
    }

    /// Room for the segments of one frame, made at the first use. Nobody keeps it over a call that
    /// might segment another frame.
    public XdpFrame[] segments() {
        if (segments.length == 0) {
            segments = new XdpFrame[SoftwareOffload.MAX_SEGMENTS];
        }
        return segments;
    }

    // ---- polling

    /// Puts a scheduled poller on the list. Thread: any.
    @HotPath
    void enlist(NapiContext napi) {
        if (isCurrent()) {
            runList.addLast(napi);
            return;
        }
        NapiContext head;
        do {
            head = remote.get();
            napi.nextRemote = head;
        } while (!remote.compareAndSet(head, napi));
        handler.wakeup();
    }

    /// True while pollers wait for their turn.
    @HotPath
    boolean hasScheduled() {
        return !runList.isEmpty() || remote.get() != null;
    }

    /// Polls in turn until nothing is scheduled or the round's budget is used up. Returns the
    /// frames polled.
    @HotPath
    int pollScheduled() {
        adoptRemote();
        if (runList.isEmpty()) {
            return 0;
        }
        long start = System.nanoTime();
        nowNanos = start;
        long before = polledFrames;
        int polls = 0;
        polling = true;
        do {
            NapiContext napi = runList.pollFirst();
            if (napi == null) {
                break;
            }
            if (napi.pollOnce()) {
                runList.addLast(napi);
            }
            adoptRemote();
        } while (polledFrames - before < ROUND_BUDGET && ++polls < ROUND_BUDGET / 8);
        polling = false;
        long end = System.nanoTime();
        busyNanos += end - start;
        if (suppliedRemotely) {
            suppliedRemotely = false;
            busyPollEnd = end + BUSY_POLL_NANOS;
        }
        return (int) (polledFrames - before);
    }

    /// Looks for pollers that other workers schedule, for a short while after the last of them and
    /// while the event loop has nothing else to do. Returns true when there is one.
    @HotPath
    boolean busyPoll(IoHandlerContext loop) {
        while (busyPollEnd - System.nanoTime() > 0 && loop.canBlock()) {
            if (hasScheduled()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return hasScheduled();
    }

    private void adoptRemote() {
        if (remote.get() == null) {
            return;
        }
        suppliedRemotely = true;
        NapiContext napi = remote.getAndSet(null);
        while (napi != null) {
            NapiContext next = napi.nextRemote;
            napi.nextRemote = null;
            runList.addLast(napi);
            napi = next;
        }
    }

    @HotPath
    void countPolled(int polled) {
        polledFrames += polled;
    }

    // ---- flushing

    /// Lists a holder of frames for the end of the poll. A holder lists itself when its first frame
    /// arrives.
    @HotPath
    public void flushLater(FlushPhase phase, Flushable member) {
        flushLists[phase.ordinal()].add(member);
        flushNeeded = true;
    }

    /// Flushes everything listed, in the order of [FlushPhase], until nothing new is listed.
    @HotPath
    public void flush() {
        while (flushNeeded) {
            flushNeeded = false;
            try {
                flushLists();
            } catch (RuntimeException | Error e) {
                flushNeeded = true;
                throw e;
            }
        }
    }

    private void flushLists() {
        for (FlushList list : flushLists) {
            if (!list.isEmpty()) {
                list.flush();
            }
        }
    }

    /// Flushes now unless a poll is under way, whose end will do it.
    @HotPath
    public void flushUnlessPolling() {
        if (!polling) {
            flush();
        }
    }

    @Override
    public String toString() {
        return "worker " + index;
    }
}
