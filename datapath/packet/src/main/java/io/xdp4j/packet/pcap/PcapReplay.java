package io.xdp4j.packet.pcap;

import io.netty.util.concurrent.Future;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RssTable;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.ByteBufFrames;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads a capture file in its order and has each frame arrive at the queue that its hash chooses.
///
/// One poller, on the first queue's worker, does so for all queues: frames of queues on the same
/// worker arrive in the order of the file, those of other workers cross in a ring. When such a ring
/// or the pool is exhausted the replay waits; a file loses nothing.
///
/// Thread: the first queue's worker; [#isFinished] any.
/// Owns: the open file.
/// Fails: records that are no whole frame count as drops of the first queue; a file that was
/// changed under the replay ends it.
final class PcapReplay implements NapiPoller, AutoCloseable {
    /// Below this a wait is spent polling, as a timer would come late.
    private static final long SPIN_NANOS = 50_000;

    private final NetDevice device;
    private final PcapReader reader;
    private final boolean recorded;
    private final long loops;
    private final RssTable rss;
    private final RxQueue[] queues;
    private final @Nullable RxRing[] rings;
    private final Worker worker;
    private final NapiContext napi;
    private final Runnable timer = this::timeUp;

    private volatile boolean running;
    private volatile boolean finished;
    private boolean waiting;
    private @Nullable Future<?> wakeUp;

    /// Whether the reader stands on a record that has not been sent yet.
    private boolean pending;

    private long loop = 1;
    private long recordsInLoop;
    private long lastTimestamp;

    /// When the current record is due, on the clock of `System.nanoTime`.
    private long dueNanos;

    PcapReplay(NetDevice device, PcapReader reader, boolean recorded, long loops) {
        this.device = device;
        this.reader = reader;
        this.recorded = recorded;
        this.loops = loops == 0 ? Long.MAX_VALUE : loops;
        this.queues = device.rxQueues().toArray(RxQueue[]::new);
        this.rss = new RssTable(queues.length);
        this.worker = queues[0].worker();
        this.napi = worker.register(this, device.name() + ":replay");
        this.rings = new RxRing[queues.length];
        for (int i = 0; i < queues.length; i++) {
            if (!queues[i].worker().equals(worker)) {
                rings[i] = new RxRing(queues[i]);
            }
        }
    }

    boolean isFinished() {
        return finished;
    }

    void start() {
        worker.eventLoop()
                .execute(() -> {
                    dueNanos = System.nanoTime();
                    waiting = false;
                    running = true;
                    napi.schedule();
                });
    }

    /// Takes no further record; [#start] goes on with the next.
    void pause() {
        running = false;
    }

    /// Waits until the rings to other workers are empty; the device is down.
    void finish() {
        pause();
        if (wakeUp != null) {
            wakeUp.cancel(false);
        }
        for (RxRing ring : rings) {
            if (ring != null) {
                ring.finish();
            }
        }
    }

    @Override
    public void close() {
        reader.close();
    }

    @HotPath
    @Override
    public boolean hasWork() {
        return running && !finished && !waiting;
    }

    @HotPath
    @Override
    public int poll(int budget) {
        int done = 0;
        while (done < budget && running && device.isUp() && hasRecord()) {
            if (!isDue() || !arrive()) {
                break;
            }
            pending = false;
            done++;
        }
        for (RxRing ring : rings) {
            if (ring != null) {
                ring.wake();
            }
        }
        return done;
    }

    /// Stands on a record, if there is one left.
    @HotPath
    private boolean hasRecord() {
        while (!pending && !finished) {
            if (reader.advance()) {
                pending = true;
                takeTime();
                recordsInLoop++;
            } else {
                endLoop();
            }
        }
        return pending;
    }

    private void endLoop() {
        if (reader.truncatedAt() >= 0) {
            queues[0].dropWithoutFrame(DropReason.RX_TRUNCATED, 1);
        }
        if (loop == loops || recordsInLoop == 0) {
            finished = true;
            return;
        }
        loop++;
        recordsInLoop = 0;
        reader.rewind();
    }

    /// Timestamps that go back count as no time passed.
    @HotPath
    private void takeTime() {
        long timestamp = reader.timestampNanos();
        if (recordsInLoop > 0) {
            dueNanos += Math.max(0, timestamp - lastTimestamp);
        }
        lastTimestamp = timestamp;
    }

    @HotPath
    private boolean isDue() {
        if (!recorded) {
            return true;
        }
        long wait = dueNanos - worker.nowNanos();
        if (wait <= 0) {
            return true;
        }
        if (wait > SPIN_NANOS) {
            sleep(wait);
        }
        return false;
    }

    private void sleep(long nanos) {
        waiting = true;
        wakeUp = worker.eventLoop().schedule(timer, nanos, TimeUnit.NANOSECONDS);
    }

    private void timeUp() {
        waiting = false;
        napi.schedule();
    }

    /// Has the current record arrive. False when it must wait for room.
    @HotPath
    private boolean arrive() {
        int length = reader.capturedLength();
        DropReason reason = reasonToDrop(length, reader.originalLength());
        if (reason != null) {
            queues[0].dropWithoutFrame(reason, 1);
            return true;
        }
        long data = reader.data();
        if (data == 0) {
            queues[0].dropWithoutFrame(DropReason.RX_TRUNCATED, 1);
            return true;
        }
        int queue = rss.queueOf(data, length);
        RxRing ring = rings[queue];
        if (ring != null && !ring.hasRoom()) {
            return false;
        }
        XdpFrame frame = FrameFiller.fill(worker.frames(), data, length);
        if (frame == null) {
            return false;
        }
        frame.setTimestampNanos(reader.timestampNanos());
        if (ring == null) {
            queues[queue].receiveNew(frame);
        } else if (!ring.offer(frame)) {
            worker.frames().free(frame);
            return false;
        }
        return true;
    }

    @HotPath
    private static @Nullable DropReason reasonToDrop(int captured, int original) {
        if (captured < original) {
            return DropReason.RX_TRUNCATED;
        }
        if (captured < NetDevice.ETH_HLEN) {
            return DropReason.RX_TOO_SHORT;
        }
        return captured > ByteBufFrames.MAX_BYTES ? DropReason.RX_TOO_LONG : null;
    }
}
