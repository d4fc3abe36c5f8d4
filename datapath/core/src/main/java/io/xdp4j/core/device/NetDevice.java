package io.xdp4j.core.device;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpMemType;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A network device of the datapath: receive and transmit queues, an XDP program, a host side.
///
/// Subclasses supply the wire: they poll it and call [RxQueue#receiveNew], and implement
/// [#xdpXmit]. Transmit queue i belongs to worker i.
///
/// Thread: control methods any thread but a worker's, one at a time per device; hot-path methods
/// the worker they are given.
/// Kernel: `struct net_device`.
public abstract class NetDevice implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NetDevice.class);

    /// Bytes of an Ethernet header (`ETH_HLEN`).
    public static final int ETH_HLEN = 14;

    /// What a frame may be longer than the MTU: header and one VLAN tag.
    public static final int LENGTH_SLACK = ETH_HLEN + 4;

    private final Datapath datapath;
    private final String name;
    private final int ifindex;
    private final boolean real;
    private final RxQueue[] rxQueues;
    private final TxQueue[] txQueues;
    private final AtomicReferenceArray<@Nullable HostPath> hostPaths;
    private volatile long mac;
    private volatile int mtu;
    private volatile boolean up;
    private volatile boolean carrier = true;
    private volatile boolean operational = true;
    private volatile boolean takesRedirects = true;

    /// What the four fields above come to for redirects, as these ask for each frame.
    private volatile int longestRedirect = -1;

    private final Object redirectLock = new Object();
    private final AtomicInteger linkLosses = new AtomicInteger();
    private final XdpState xdp = new XdpState(this);
    private volatile @Nullable AttachedProgram attached;
    private volatile @Nullable AttachedProgram generic;
    private volatile List<TapPoint> taps = List.of();
    private boolean failureLogged;

    /// Makes a device that the datapath does not know yet: see [Datapath#register].
    ///
    /// Fails: [DeviceException] when the name is taken.
    protected NetDevice(Datapath datapath, DeviceInit init) {
        datapath.requireFree(init.name());
        this.datapath = datapath;
        this.name = init.name();
        this.ifindex = init.ifindex() == 0 ? datapath.nextIfindex() : init.ifindex();
        this.real = init.ifindex() != 0;
        this.mtu = init.mtu();
        this.mac = init.mac();
        int workers = datapath.workers().size();
        int first =
                init.firstWorker() == DeviceInit.NEXT_WORKER
                        ? datapath.nextFirstWorker(init.rxQueues())
                        : init.firstWorker();
        rxQueues = new RxQueue[init.rxQueues()];
        for (int i = 0; i < rxQueues.length; i++) {
            rxQueues[i] = new RxQueue(this, i, datapath.workers().get((first + i) % workers));
        }
        txQueues = new TxQueue[workers];
        Arrays.setAll(txQueues, TxQueue::new);
        hostPaths = new AtomicReferenceArray<>(workers);
    }

    // ---- identity

    public final Datapath datapath() {
        return datapath;
    }

    public final String name() {
        return name;
    }

    public final int ifindex() {
        return ifindex;
    }

    /// Drives an interface of the host, whose number it has.
    public final boolean isReal() {
        return real;
    }

    /// The transport's name as the configuration has it: `af_packet`, `veth`, ...
    public abstract String transport();

    /// MAC address in the low 48 bits.
    public final long mac() {
        return mac;
    }

    protected final void setMac(long address) {
        this.mac = address;
    }

    /// Payload bytes of the longest frame, the Ethernet header not counted.
    public final int mtu() {
        return mtu;
    }

    /// Changes the MTU. Fails: [DeviceException] when the device cannot.
    public void changeMtu(int bytes) {
        this.mtu = bytes;
        noteRedirects();
    }

    protected final void setMtu(int bytes) {
        this.mtu = bytes;
        noteRedirects();
    }

    /// Administratively up (`IFF_UP`).
    @HotPath
    public final boolean isUp() {
        return up;
    }

    /// The other end is there (`netif_carrier_ok`).
    public final boolean hasCarrier() {
        return carrier;
    }

    protected final void setCarrier(boolean on) {
        this.carrier = on;
    }

    /// The wire can take frames now: false while a real interface is down, without carrier or gone,
    /// which redirects then treat as a device that is down.
    @HotPath
    public final boolean isOperational() {
        return operational;
    }

    /// Times the device has gone down or lost its wire, so that nobody misses a short loss.
    public final int linkLosses() {
        return linkLosses.get();
    }

    protected final void setOperational(boolean on) {
        if (operational && !on) {
            linkLosses.incrementAndGet();
        }
        this.operational = on;
        noteRedirects();
        this.carrier = on;
    }

    /// The receive queues in use (`real_num_rx_queues`).
    public List<RxQueue> rxQueues() {
        return List.of(rxQueues);
    }

    public final List<TxQueue> txQueues() {
        return List.of(txQueues);
    }

    @HotPath
    protected final RxQueue rxQueue(int index) {
        return rxQueues[index];
    }

    @HotPath
    protected final TxQueue txQueue(Worker worker) {
        return txQueues[worker.index()];
    }

    // ---- control

    /// Brings the device up (`ip link set up`).
    public final void up() {
        if (raise()) {
            begin();
        }
    }

    /// The first half of [#up]: able to send, but taking nothing in. False when it was up already.
    final boolean raise() {
        if (up) {
            return false;
        }
        open();
        for (RxQueue queue : rxQueues) {
            datapath.memModels().connect(queue, memType());
        }
        up = true;
        noteRedirects();
        return true;
    }

    /// The second half of [#up].
    final void begin() {
        opened();
    }

    /// Takes the device down; queued frames are freed and counted.
    public final void down() {
        if (up) {
            up = false;
            noteRedirects();
            linkLosses.incrementAndGet();
            datapath.workers().synchronize();
            stop();
            for (RxQueue queue : rxQueues) {
                datapath.memModels().disconnect(queue);
            }
        }
    }

    /// The memory model of its receive queues.
    protected XdpMemType memType() {
        return XdpMemType.PAGE_POOL;
    }

    /// Acquires what [#up] needs. Kernel: `ndo_open`.
    protected void open() {}

    /// Starts polling, now that the device is up.
    protected void opened() {}

    /// Releases what [#open] acquired. Kernel: `ndo_stop`.
    protected void stop() {}

    /// Takes no new frames from outside any more, but still sends; the first half of a drain.
    public void stopReceiving() {}

    /// True when nothing more will arrive by itself: a finished replay, a generator at its count.
    public boolean isExhausted() {
        return false;
    }

    @Override
    public void close() {
        down();
        xdp.uninstall();
        datapath.unregister(this);
    }

    // ---- XDP attach

    /// What attaches, replaces and removes programs, by the kernel's rules.
    public final XdpState xdp() {
        return xdp;
    }

    /// The native program, null when there is none.
    public final @Nullable AttachedProgram attached() {
        return attached;
    }

    /// Attaches a native program, or replaces the one that is there without losing a frame.
    ///
    /// Fails: [XdpAttachException] with the kernel's errno.
    /// Kernel: `ip link set dev X xdp`.
    public final AttachedProgram attach(XdpProgram program) {
        return xdp.attach(program, 0);
    }

    /// Adds a program to the device's chain, see [XdpState#load].
    ///
    /// Kernel: `xdp-loader load`.
    public final void attach(XdpProgram program, int priority, int chainActions) {
        xdp.load(List.of(new ChainedProgram(program, priority, chainActions)), 0);
    }

    /// Removes every program, whatever attached it; no error when there is none.
    public final void detach() {
        xdp.clear();
    }

    /// Removes the native program if it is still `expected`.
    public final void detachIf(AttachedProgram expected) {
        synchronized (xdp) {
            if (expected.equals(attached)) {
                detach();
            }
        }
    }

    final void install(XdpMode mode, AttachedProgram next) {
        if (mode == XdpMode.SKB) {
            generic = next;
            return;
        }
        checkAttach(next.program());
        if (attached == null) {
            enableXdp(next);
        }
        setProgram(next);
    }

    /// Returns once the program runs nowhere any more.
    final void remove(XdpMode mode) {
        if (mode == XdpMode.SKB) {
            generic = null;
            datapath.workers().synchronize();
            return;
        }
        setProgram(null);
        datapath.workers().synchronize();
        disableXdp();
    }

    private void setProgram(@Nullable AttachedProgram next) {
        attached = next;
        showToQueues();
    }

    private void showToQueues() {
        AttachedProgram run = TappedProgram.around(attached, taps);
        for (RxQueue queue : rxQueues) {
            queue.swap(run);
        }
    }

    /// Has taps see the packets of this device at its native programs, also where there is none;
    /// empty for none again. Returns once the taps before them see no more.
    public final void tap(List<TapPoint> points) {
        synchronized (xdp) {
            taps = List.copyOf(points);
            showToQueues();
        }
        datapath.workers().synchronize();
    }

    public final boolean isTapped() {
        return !taps.isEmpty();
    }

    /// Refuses a program with [XdpAttachException].
    protected void checkAttach(XdpProgram program) {}

    /// Called before the first program starts to run.
    protected void enableXdp(AttachedProgram program) {}

    /// Called when the last program no longer runs anywhere.
    protected void disableXdp() {}

    /// Logs the first exception of a program on this device; the frame counts as ABORTED.
    ///
    /// Thread: any worker.
    public final void programFailed(AttachedProgram program, Throwable e) {
        if (!failureLogged) {
            failureLogged = true;
            LOG.warn(
                    "{}: program {} threw; its packets count as ABORTED (logged once a device)",
                    name,
                    program.program().name(),
                    e);
        }
    }

    // ---- host side

    /// Sets who takes PASSed frames on a worker; null frees them, counted as passed.
    public final void setHostPath(Worker worker, @Nullable HostPath path) {
        hostPaths.set(worker.index(), path);
    }

    /// Ends the calls to `path`, unless another has taken its place.
    public final void clearHostPath(Worker worker, HostPath path) {
        hostPaths.compareAndSet(worker.index(), path, null);
    }

    /// Takes a frame past the driver: to the generic program where there is one, else to the host
    /// side.
    ///
    /// Owns: the frame from here on.
    /// Kernel: `netif_receive_skb`.
    @HotPath
    public final void deliver(Worker worker, XdpFrame frame) {
        AttachedProgram program = generic;
        if (program == null) {
            toHost(worker, frame);
        } else {
            GenericXdp.receive(this, worker, frame, program);
        }
    }

    /// Hands a frame to the host side, the generic program being behind it.
    ///
    /// Owns: the frame from here on.
    @HotPath
    public final void toHost(Worker worker, XdpFrame frame) {
        HostPath path = hostPaths.getPlain(worker.index());
        if (path != null && frame.hasOffload() && !path.takesOffloads()) {
            deliverFinished(worker, frame, path);
            return;
        }
        worker.ledger().passed(1);
        if (path == null) {
            worker.frames().free(frame);
        } else {
            path.receive(frame);
        }
    }

    /// Finishes the offloads for a host side that takes finished packets only.
    @HotPath
    private void deliverFinished(Worker worker, XdpFrame frame, HostPath path) {
        if (!frame.isGso() && SoftwareOffload.finishChecksum(frame)) {
            worker.ledger().passed(1);
            path.receive(frame);
            return;
        }
        XdpFrame[] segments = worker.segments();
        int count = frame.isGso() ? SoftwareOffload.segment(frame, worker.frames(), segments) : 0;
        if (count == 0) {
            worker.drop(frame, DropReason.RX_BAD_OFFLOAD, ifindex);
            return;
        }
        worker.ledger().entered(count - 1);
        worker.ledger().passed(count);
        for (int i = 0; i < count; i++) {
            path.receive(segments[i]);
        }
    }

    // ---- transmit

    /// False while redirected frames would reach nobody (`NETDEV_XDP_ACT_NDO_XMIT`): a veth whose peer
    /// does not poll.
    @HotPath
    public final boolean takesRedirects() {
        return takesRedirects;
    }

    protected final void setTakesRedirects(boolean on) {
        this.takesRedirects = on;
        noteRedirects();
    }

    /// Bytes of the longest plain frame that a redirect may queue here without asking any further;
    /// negative while it must ask.
    @HotPath
    final int longestRedirect() {
        return longestRedirect;
    }

    /// After each change, in any order: who comes last has seen all.
    private void noteRedirects() {
        synchronized (redirectLock) {
            longestRedirect = up && operational && takesRedirects ? mtu + LENGTH_SLACK : -1;
        }
    }

    /// True when frames of several chunks can be sent (`NETDEV_XDP_ACT_NDO_XMIT_SG`).
    @HotPath
    public boolean transmitsFrags() {
        return false;
    }

    /// True when the device can finish this frame's offloads, or pass them on.
    @HotPath
    public boolean transmitsOffload(XdpFrame frame) {
        return false;
    }

    /// Queues or sends `count` frames. With `flush` no more follow in this poll.
    ///
    /// Owns: the accepted frames, always a prefix; the caller frees the others.
    /// Fails: a negative errno when none was taken.
    /// Kernel: `ndo_xdp_xmit`.
    @HotPath
    public abstract int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush);

    /// Sends XDP_TX frames; the same contract.
    @HotPath
    protected int xdpTx(Worker worker, XdpFrame[] frames, int count) {
        return xdpXmit(worker, frames, count, true);
    }

    /// Sends a frame that the host side wrote.
    ///
    /// Owns: the frame; a frame that cannot be sent is dropped and counted here.
    /// Kernel: `ndo_start_xmit`.
    @HotPath
    public void hostXmit(Worker worker, XdpFrame frame) {
        if (frame.hasOffload() && !transmitsOffload(frame)) {
            hostXmitFinished(worker, frame);
        } else {
            hostXmitOne(worker, frame);
        }
    }

    /// Finishes the offloads for a device that sends finished packets only.
    @HotPath
    private void hostXmitFinished(Worker worker, XdpFrame frame) {
        if (!frame.isGso() && SoftwareOffload.finishChecksum(frame)) {
            hostXmitOne(worker, frame);
            return;
        }
        XdpFrame[] segments = worker.segments();
        int count = frame.isGso() ? SoftwareOffload.segment(frame, worker.frames(), segments) : 0;
        if (count == 0) {
            txQueue(worker).dropped(1);
            worker.drop(frame, DropReason.RX_BAD_OFFLOAD, ifindex);
            return;
        }
        worker.ledger().entered(count - 1);
        for (int i = 0; i < count; i++) {
            hostXmitOne(worker, segments[i]);
        }
    }

    @HotPath
    private void hostXmitOne(Worker worker, XdpFrame frame) {
        XdpFrame[] one = datapath.scratch(worker);
        one[0] = frame;
        int sent;
        if (!up) {
            sent = -Redirector.ENETDOWN;
        } else if (frame.hasFrags() && !transmitsFrags()) {
            sent = -Redirector.EMSGSIZE;
        } else {
            sent = xdpXmit(worker, one, 1, false);
        }
        if (sent != 1) {
            txQueue(worker).dropped(1);
            worker.drop(frame, txReasonOf(sent), ifindex);
        }
    }

    /// The reason for frames that a device did not take from a bulk queue.
    ///
    /// @param error what [#xdpXmit] answered, 0 for a prefix
    @HotPath
    static DropReason refused(int error, DropReason otherwise) {
        return error == -Redirector.ENXIO ? DropReason.PEER_WITHOUT_NAPI : otherwise;
    }

    private static DropReason txReasonOf(int error) {
        return switch (-error) {
            case Redirector.ENETDOWN -> DropReason.TX_DEVICE_DOWN;
            case Redirector.EMSGSIZE -> DropReason.TX_TOO_LONG;
            case Redirector.ENXIO -> DropReason.TX_NO_PEER;
            default -> DropReason.TX_RING_FULL;
        };
    }

    /// The length rule for frames that enter a device: 0 or a negative errno.
    ///
    /// Kernel: `xdp_ok_fwd_dev`, `is_skb_forwardable`.
    @HotPath
    public final int checkForward(XdpFrame frame) {
        if (!up || !operational) {
            return -Redirector.ENETDOWN;
        }
        if (!frame.isGso() && frame.totalLength() > mtu + LENGTH_SLACK) {
            return -Redirector.EMSGSIZE;
        }
        return 0;
    }

    // ---- counters

    /// Totals over the queues.
    public LinkStats linkStats() {
        long rxPackets = 0;
        long rxBytes = 0;
        long rxDropped = 0;
        for (RxQueue queue : rxQueues) {
            rxPackets += queue.packets();
            rxBytes += queue.bytes();
            rxDropped += queue.drops();
        }
        long txPackets = 0;
        long txBytes = 0;
        long txDropped = 0;
        for (TxQueue queue : txQueues) {
            txPackets += queue.packets();
            txBytes += queue.bytes();
            txDropped += queue.dropped();
        }
        return new LinkStats(rxPackets, rxBytes, txPackets, txBytes, rxDropped, txDropped);
    }

    /// The driver's own counters under their `ethtool -S` names, in order.
    public Map<String, Long> ethtoolStats() {
        Map<String, Long> stats = new LinkedHashMap<>();
        for (RxQueue queue : rxQueues) {
            String prefix = "rx_queue_" + queue.queueIndex() + "_";
            stats.put(prefix + "packets", queue.packets());
            stats.put(prefix + "bytes", queue.bytes());
            stats.put(prefix + "drops", queue.drops());
            stats.put(prefix + "xdp_redirect", queue.xdpRedirect());
            stats.put(prefix + "xdp_drops", queue.xdpDrop() + queue.xdpAborted());
            stats.put(prefix + "xdp_tx", queue.xdpTx());
            stats.put(prefix + "xdp_tx_errors", queue.xdpTxErrors());
        }
        return stats;
    }

    @Override
    public final String toString() {
        return name;
    }
}
