package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.TxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.ring.PtrRing;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what a device transmits into a capture file.
///
/// Workers put frames into a ring; a poller on the device's own worker empties it into the file, so
/// that no other worker waits for the disk. It hands its buffer to the operating system whenever
/// the ring runs dry.
///
/// Thread: [#offer] any worker; the poll on the device's worker; [#finish] and [#close] not on a
/// worker.
/// Owns: each offered frame, and the file.
/// Fails: a frame that finds the ring full is dropped as TX_RING_FULL; after a write error, logged
/// once, frames are dropped as TX_ERROR.
final class PcapCapture implements NapiPoller, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PcapCapture.class);
    private static final int RING = 4096;

    private final NetDevice device;
    private final PcapWriter writer;
    private final Worker worker;
    private final NapiContext napi;
    private final PtrRing ring = new PtrRing(RING);

    /// Nanoseconds from the origin of `System.nanoTime` to the epoch.
    private final long epochNanos =
            ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now()) - System.nanoTime();

    private boolean failed;

    PcapCapture(NetDevice device, PcapWriter writer) {
        this.device = device;
        this.writer = writer;
        this.worker = device.rxQueues().getFirst().worker();
        this.napi = worker.register(this, device.name() + ":capture");
    }

    /// Nanoseconds since the epoch, never backwards.
    @HotPath
    long epochNanosNow() {
        return System.nanoTime() + epochNanos;
    }

    /// Takes a frame that left by `on`. Returns whether it found room.
    @HotPath
    boolean offer(Worker on, XdpFrame frame, long timestampNanos) {
        frame.setTimestampNanos(timestampNanos);
        if (ring.produce(frame)) {
            return true;
        }
        on.drop(frame, DropReason.TX_RING_FULL, device.ifindex());
        return false;
    }

    @HotPath
    void wake() {
        napi.schedule();
    }

    @Override
    public boolean hasWork() {
        return !ring.isEmpty();
    }

    @HotPath
    @Override
    public int poll(int budget) {
        int done = 0;
        try {
            while (done < budget) {
                XdpFrame frame = ring.consume();
                if (frame == null) {
                    break;
                }
                done++;
                write(frame);
            }
        } catch (IOException e) {
            fail(e);
        }
        if (done < budget) {
            flush();
        }
        return done;
    }

    @HotPath
    private void flush() {
        if (failed) {
            return;
        }
        try {
            writer.flush();
        } catch (IOException e) {
            fail(e);
        }
    }

    @HotPath
    private void write(XdpFrame frame) throws IOException {
        if (failed) {
            worker.drop(frame, DropReason.TX_ERROR, device.ifindex());
            return;
        }
        try {
            writer.write(frame, frame.timestampNanos());
        } finally {
            worker.transmitted(frame);
        }
    }

    private void fail(IOException e) {
        if (failed) {
            return;
        }
        failed = true;
        LOG.warn("{}: capture stopped, further frames count as TX_ERROR: {}", device, e.toString());
    }

    /// Waits until everything offered so far is in the file; nothing is offered meanwhile.
    void finish() {
        do {
            napi.schedule();
            device.datapath().workers().synchronize();
        } while (!ring.isEmpty());
        worker.eventLoop().submit(this::flush).syncUninterruptibly();
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            fail(e);
        }
    }

    /// Counts and hands over the frames of one transmit call; see [NetDevice#xdpXmit].
    @HotPath
    void offerAll(Worker on, TxQueue tx, XdpFrame[] frames, int count) {
        long now = epochNanosNow();
        int lost = 0;
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            int length = frames[i].totalLength();
            if (offer(on, frames[i], now)) {
                bytes += length;
            } else {
                lost++;
            }
        }
        tx.sent(count - lost, bytes);
        tx.dropped(lost);
        wake();
    }
}
