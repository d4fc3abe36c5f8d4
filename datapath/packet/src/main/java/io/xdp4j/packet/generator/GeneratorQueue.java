package io.xdp4j.packet.generator;

import io.netty.util.concurrent.Future;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One queue's share of the generated frames.
///
/// Each poll copies the next templates into frames, as many as the token bucket holds. While it is
/// empty the poller sleeps; a periodic timer, made once, looks after it. Without a rate the wire is
/// never empty, and it waits for free chunks; with one, frames that find no chunk are dropped as
/// RX_NO_MEMORY.
///
/// Thread: the queue's worker; [#start], [#stop] and [#isFinished] any.
final class GeneratorQueue implements NapiPoller {
    private static final int SHORT_FRAME = 64;

    private final RxQueue queue;
    private final Worker worker;
    private final FrameCache frames;
    private final NapiContext napi;
    private final FlowTable table;
    private final int[] slots;
    private final TokenBucket bucket;
    private final Runnable timer = this::timeUp;
    private final XdpFrame[] burst = new XdpFrame[RxQueue.BURST];
    private @Nullable Future<?> ticking;

    private volatile boolean running;
    private volatile boolean finished;
    private int next;
    private long left;

    /// `frames` is the whole device's limit, `rate` its rate.
    GeneratorQueue(RxQueue queue, FlowTable table, long count, long rate) {
        this.queue = queue;
        this.worker = queue.worker();
        this.frames = worker.frames();
        this.napi = worker.register(this, queue.toString());
        this.table = table;
        this.slots = table.slotsOf(queue.queueIndex());
        this.bucket = new TokenBucket((double) rate * slots.length / table.slots());
        this.left = count == 0 ? Long.MAX_VALUE : table.share(count, slots);
        this.finished = left == 0 || slots.length == 0;
    }

    /// True when the queue has sent its share of the count.
    boolean isFinished() {
        return finished;
    }

    void start() {
        if (finished) {
            return;
        }
        worker.eventLoop()
                .execute(() -> {
                    bucket.restart(System.nanoTime());
                    running = true;
                    napi.schedule();
                });
        if (!bucket.isUnlimited()) {
            long period = bucket.periodNanos();
            ticking =
                    worker.eventLoop()
                            .scheduleAtFixedRate(timer, period, period, TimeUnit.NANOSECONDS);
        }
    }

    void stop() {
        running = false;
        if (ticking != null) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    @HotPath
    private void timeUp() {
        if (running && !finished && bucket.available(System.nanoTime()) > 0) {
            napi.schedule();
        }
    }

    @HotPath
    @Override
    public boolean hasWork() {
        return running && !finished && bucket.available(worker.nowNanos()) > 0;
    }

    @HotPath
    @Override
    public int poll(int budget) {
        if (!running || finished || !queue.device().isUp()) {
            return 0;
        }
        int limit = (int) Math.min(Math.min(budget, left), bucket.available(worker.nowNanos()));
        int done = 0;
        int arrived;
        do {
            arrived = receiveBurst(Math.min(RxQueue.BURST, limit - done));
            done += arrived;
        } while (arrived == RxQueue.BURST);
        bucket.take(done);
        left -= done;
        if (left == 0) {
            finished = true;
        }
        return done;
    }

    /// Has the next frames arrive; fewer than `limit` when the wire must wait for free chunks.
    @HotPath
    private int receiveBurst(int limit) {
        int arrived = 0;
        int filled = 0;
        while (arrived < limit) {
            XdpFrame frame = fill(slots[next]);
            if (frame != null) {
                burst[filled++] = frame;
            } else if (bucket.isUnlimited()) {
                break;
            }
            arrived++;
            next = next + 1 == slots.length ? 0 : next + 1;
        }
        if (filled != arrived) {
            queue.dropWithoutFrame(DropReason.RX_NO_MEMORY, arrived - filled);
        }
        queue.receiveNew(burst, filled);
        return arrived;
    }

    @HotPath
    private @Nullable XdpFrame fill(int slot) {
        XdpFrame frame = frames.allocate();
        if (frame == null) {
            return null;
        }
        int length = table.length(slot);
        int linear = Math.min(length, XdpFrame.LINEAR_BYTES);
        frame.start(linear);
        long data = frame.data();
        long template = table.template(slot);
        // A chunk has room behind a short frame, so no length need be looked at.
        RawMemory.copy64(template, data);
        if (length > SHORT_FRAME) {
            RawMemory.copy64(template + SHORT_FRAME, data + SHORT_FRAME);
            if (length > FlowTable.STRIDE) {
                RawMemory.copy(
                        table.pattern() + FlowTable.STRIDE,
                        data + FlowTable.STRIDE,
                        linear - FlowTable.STRIDE);
            }
        }
        return length == linear ? frame : chain(frame, length);
    }

    @HotPath
    private @Nullable XdpFrame chain(XdpFrame head, int length) {
        XdpFrame tail = head;
        int at = head.length();
        while (at < length) {
            XdpFrame frag = frames.allocate();
            if (frag == null) {
                frames.free(head);
                return null;
            }
            frag.setData(0, Math.min(length - at, XdpFrame.CHUNK_BYTES));
            RawMemory.copy(table.pattern() + at, frag.data(), frag.length());
            head.appendFrag(tail, frag);
            at += frag.length();
            tail = frag;
        }
        return head;
    }
}
