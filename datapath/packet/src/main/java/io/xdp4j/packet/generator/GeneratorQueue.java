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
        while (done < limit && receiveNext()) {
            done++;
        }
        bucket.take(done);
        left -= done;
        if (left == 0) {
            finished = true;
        }
        return done;
    }

    /// Has the next frame arrive; false when the wire must wait for a free chunk.
    @HotPath
    private boolean receiveNext() {
        int slot = slots[next];
        XdpFrame frame = fill(slot);
        if (frame != null) {
            queue.receiveNew(frame);
        } else if (bucket.isUnlimited()) {
            return false;
        } else {
            queue.dropWithoutFrame(DropReason.RX_NO_MEMORY, 1);
        }
        next = next + 1 == slots.length ? 0 : next + 1;
        return true;
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
        copy64(template, data);
        if (length > SHORT_FRAME) {
            copy64(template + SHORT_FRAME, data + SHORT_FRAME);
            if (length > FlowTable.STRIDE) {
                RawMemory.copy(
                        table.pattern() + FlowTable.STRIDE,
                        data + FlowTable.STRIDE,
                        linear - FlowTable.STRIDE);
            }
        }
        return length == linear ? frame : chain(frame, length);
    }

    /// A chunk has room behind a short frame, so no length need be looked at.
    @HotPath
    private static void copy64(long from, long to) {
        RawMemory.putLong(to, RawMemory.getLong(from));
        RawMemory.putLong(to + 8, RawMemory.getLong(from + 8));
        RawMemory.putLong(to + 16, RawMemory.getLong(from + 16));
        RawMemory.putLong(to + 24, RawMemory.getLong(from + 24));
        RawMemory.putLong(to + 32, RawMemory.getLong(from + 32));
        RawMemory.putLong(to + 40, RawMemory.getLong(from + 40));
        RawMemory.putLong(to + 48, RawMemory.getLong(from + 48));
        RawMemory.putLong(to + 56, RawMemory.getLong(from + 56));
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
