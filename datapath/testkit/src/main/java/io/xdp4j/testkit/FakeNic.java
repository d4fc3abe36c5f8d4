package io.xdp4j.testkit;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A multi-queue NIC whose wire is the test: it receives what is injected and keeps what it sends.
///
/// ```java
/// FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
/// nic.attach(xdp -> XDP_TX);
/// nic.inject(0, Frames.udp4(1, 60));
/// List<byte[]> sent = nic.awaitTransmitted(1, Duration.ofSeconds(5));
/// ```
///
/// Thread: any for the test's side.
/// Owns: frames it accepted until their bytes are copied, which is at once.
/// Fails: `AssertionError` when a wait times out; `IllegalStateException` at a frame of a kind that
/// it has not declared to send.
public final class FakeNic extends NetDevice {
    private final Queue[] queues;
    private final boolean frags;
    private final boolean offload;

    private final Object monitor = new Object();
    private final List<TransmittedFrame> transmitted = new ArrayList<>();
    private int acceptLimit = Integer.MAX_VALUE;
    private int failure;
    private int flushes;
    private long injected;
    private long processed;
    private volatile boolean receiving = true;

    private FakeNic(Builder builder) {
        super(
                builder.datapath,
                new DeviceInit(builder.name, 0, builder.mtu, builder.mac, builder.queues));
        this.frags = builder.frags;
        this.offload = builder.offload;
        this.queues = new Queue[builder.queues];
        Arrays.setAll(queues, i -> new Queue(rxQueue(i)));
    }

    /// A NIC with one queue, MTU 1500, no capabilities.
    public static Builder builder(Datapath datapath, String name) {
        return new Builder(datapath, name);
    }

    @Override
    public String transport() {
        return "fake";
    }

    // ---- receive

    /// Has frames arrive at a queue, in order.
    public FakeNic inject(int queue, byte[]... frames) {
        return inject(
                queue, Arrays.stream(frames).map(InjectedFrame::of).toArray(InjectedFrame[]::new));
    }

    /// Has frames arrive at a queue, in order, with offload metadata.
    ///
    /// Frames for a device that is down, or stopped by a drain, are lost as on a wire.
    public FakeNic inject(int queue, InjectedFrame... frames) {
        synchronized (monitor) {
            injected += frames.length;
        }
        queues[queue].arrive(frames);
        return this;
    }

    /// Waits until all injected frames were polled and what they caused on that worker is flushed.
    public FakeNic awaitProcessed(Duration timeout) {
        synchronized (monitor) {
            Waits.until(
                    monitor,
                    timeout,
                    () -> processed == injected,
                    () -> name() + ": processed " + processed + " of " + injected + " frames");
        }
        datapath().workers().synchronize();
        return this;
    }

    /// True when no injected frame waits for its poll.
    boolean isSettled() {
        synchronized (monitor) {
            return processed == injected;
        }
    }

    @Override
    public void stopReceiving() {
        receiving = false;
    }

    private void processed(int frames) {
        synchronized (monitor) {
            processed += frames;
            monitor.notifyAll();
        }
    }

    // ---- transmit

    /// Accepts `frames` more, then refuses all.
    public FakeNic refuseAfter(int frames) {
        synchronized (monitor) {
            acceptLimit = transmitted.size() + frames;
        }
        return this;
    }

    /// Answers each transmit with this errno (positive), 0 to work again.
    public FakeNic failWith(int errno) {
        synchronized (monitor) {
            failure = errno;
        }
        return this;
    }

    /// What was sent so far, in order.
    public List<byte[]> transmitted() {
        return transmittedFrames().stream().map(TransmittedFrame::bytes).toList();
    }

    /// What one worker sent so far, in order.
    public List<byte[]> transmitted(int worker) {
        return transmittedFrames().stream()
                .filter(frame -> frame.worker() == worker)
                .map(TransmittedFrame::bytes)
                .toList();
    }

    /// What was sent so far, with its metadata.
    public List<TransmittedFrame> transmittedFrames() {
        synchronized (monitor) {
            return List.copyOf(transmitted);
        }
    }

    /// Waits until at least `count` frames were sent, and returns all.
    public List<byte[]> awaitTransmitted(int count, Duration timeout) {
        synchronized (monitor) {
            Waits.until(
                    monitor,
                    timeout,
                    () -> transmitted.size() >= count,
                    () -> name() + ": transmitted " + transmitted.size() + " of " + count);
        }
        return transmitted();
    }

    /// Transmit calls with the flush flag so far.
    public int flushes() {
        synchronized (monitor) {
            return flushes;
        }
    }

    /// Forgets what was sent so far.
    public void clearTransmitted() {
        synchronized (monitor) {
            transmitted.clear();
            flushes = 0;
        }
    }

    @Override
    public boolean transmitsFrags() {
        return frags;
    }

    @Override
    public boolean transmitsOffload(XdpFrame frame) {
        return offload;
    }

    @Override
    public int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush) {
        if (!worker.isCurrent()) {
            throw new IllegalStateException("xdpXmit of " + worker + " on another thread");
        }
        if (!isUp()) {
            return -Redirector.ENETDOWN;
        }
        int taken = 0;
        synchronized (monitor) {
            if (failure != 0) {
                return -failure;
            }
            while (taken < count && accepts(frames[taken])) {
                XdpFrame frame = frames[taken++];
                transmitted.add(TransmittedFrame.of(worker.index(), frame));
                txQueue(worker).sent(1, frame.totalLength());
                worker.transmitted(frame);
            }
            if (flush) {
                flushes++;
            }
            monitor.notifyAll();
        }
        return taken == 0 ? checkForward(frames[0]) : taken;
    }

    private boolean accepts(XdpFrame frame) {
        if ((frame.hasFrags() && !frags) || (frame.hasOffload() && !offload)) {
            throw new IllegalStateException(
                    name() + ": got " + frame + " to send, which it says it cannot");
        }
        return transmitted.size() < acceptLimit && checkForward(frame) == 0;
    }

    /// One receive queue's end of the wire.
    private final class Queue implements NapiPoller {
        private final RxQueue rxQueue;
        private final Worker worker;
        private final NapiContext napi;
        private final ConcurrentLinkedQueue<InjectedFrame> wire = new ConcurrentLinkedQueue<>();

        Queue(RxQueue rxQueue) {
            this.rxQueue = rxQueue;
            this.worker = rxQueue.worker();
            this.napi = worker.register(this, rxQueue.toString());
        }

        void arrive(InjectedFrame[] frames) {
            wire.addAll(Arrays.asList(frames));
            napi.schedule();
        }

        @Override
        public boolean hasWork() {
            return !wire.isEmpty();
        }

        @HotPath
        @Override
        public int poll(int budget) {
            int done = 0;
            try {
                while (done < budget) {
                    InjectedFrame next = wire.poll();
                    if (next == null) {
                        break;
                    }
                    done++;
                    if (isUp() && receiving) {
                        receive(next);
                    }
                }
            } finally {
                processed(done);
            }
            return done;
        }

        private void receive(InjectedFrame injected) {
            XdpFrame frame = injected.toFrame(worker.frames());
            if (frame == null) {
                rxQueue.dropWithoutFrame(DropReason.RX_NO_MEMORY, 1);
            } else {
                rxQueue.receiveNew(frame);
            }
        }
    }

    /// Settings of a NIC.
    public static final class Builder {
        private final Datapath datapath;
        private final String name;
        private int queues = 1;
        private int mtu = 1500;
        private long mac = 0x0200_0000_0000L;
        private boolean frags;
        private boolean offload;

        private Builder(Datapath datapath, String name) {
            this.datapath = datapath;
            this.name = name;
        }

        /// Receive queues; they go round the workers, beginning where the last device ended.
        public Builder queues(int count) {
            queues = count;
            return this;
        }

        public Builder mtu(int bytes) {
            mtu = bytes;
            return this;
        }

        public Builder mac(long address) {
            mac = address;
            return this;
        }

        /// Has it transmit frames of several chunks.
        public Builder frags(boolean on) {
            frags = on;
            return this;
        }

        /// Has it transmit GSO frames and partial checksums.
        public Builder offload(boolean on) {
            offload = on;
            return this;
        }

        /// The NIC, down.
        public FakeNic build() {
            return datapath.register(new FakeNic(this));
        }

        /// The NIC, up.
        public FakeNic up() {
            FakeNic nic = build();
            nic.up();
            return nic;
        }
    }
}
