package io.xdp4j.veth;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.LinkStats;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.device.TxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpMemType;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.napi.WorkerGroup;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One end of a veth pair.
///
/// What it transmits the other end receives: into the ring of one of its receive queues while that
/// end has NAPI, else (frames of the host side only) through the worker's backlog to its host side.
/// Which queue: a host side's frame goes to the number of its transmit queue, that is worker modulo
/// transmit queues; redirected and XDP_TX frames go to worker modulo receive queues.
///
/// Thread: control methods any thread but a worker's; hot-path methods the worker they are given.
/// Owns: what its rings hold.
/// Fails: frames are refused or dropped with a counter, never by exception.
/// Kernel: drivers/net/veth.c, 6.1.
public final class VethDevice extends NetDevice {
    /// The transport's name.
    public static final String TRANSPORT = "veth";

    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65535;

    private static final long MAC_BASE = 0x0258_4400_0000L;
    private static final int MAC_SERIAL_MASK = 0xff_ffff;

    /// Held while the state of either end changes (`rtnl_lock`).
    private final Object rtnl;

    private final VethRq[] rqs;
    private final PeerTqStats[] fromWorkers;
    private final HostTransmit host;
    private final int maxTxQueues;
    private final boolean friendly;

    private volatile @Nullable VethDevice peer;
    private volatile int realRxQueues;
    private volatile int realTxQueues;
    private volatile int maxMtu = MAX_MTU;

    /// A program is attached, or about to be.
    private volatile boolean xdp;

    private volatile boolean gro;
    private volatile boolean draining;
    private boolean opened;
    private boolean closed;

    VethDevice(Datapath datapath, VethEnd end, Object rtnl) {
        super(
                datapath,
                new DeviceInit(
                        end.name(), 0, end.mtu(), end.mac(), end.maxRxQueues(), end.firstWorker()));
        this.rtnl = rtnl;
        this.maxTxQueues = end.maxTxQueues();
        this.friendly = end.fidelity() == VethFidelity.FRIENDLY;
        this.realRxQueues = end.rxQueues();
        this.realTxQueues = end.txQueues();
        this.gro = end.gro();
        rqs = new VethRq[end.maxRxQueues()];
        Arrays.setAll(rqs, i -> new VethRq(rxQueue(i)));
        fromWorkers = new PeerTqStats[datapath.workers().size()];
        Arrays.setAll(fromWorkers, i -> new PeerTqStats(rqs.length));
        host = new HostTransmit(this, end.qdisc());
        setCarrier(false);
        if (end.mac() == 0) {
            setMac(MAC_BASE | (ifindex() & MAC_SERIAL_MASK));
        }
    }

    static void connect(VethDevice one, VethDevice other) {
        one.peer = other;
        other.peer = one;
        one.wakeWithPolls(other);
        other.wakeWithPolls(one);
        one.refreshFeatures();
        other.refreshFeatures();
    }

    /// Has this end's transmit queues go on when the peer has polled.
    private void wakeWithPolls(VethDevice to) {
        if (host.hasQdisc()) {
            for (VethRq rq : to.rqs) {
                rq.wakes(host);
            }
        }
    }

    @Override
    public String transport() {
        return TRANSPORT;
    }

    /// The other end; null once the pair is removed.
    public @Nullable VethDevice peer() {
        return peer;
    }

    // ---- queues

    @Override
    public List<RxQueue> rxQueues() {
        return super.rxQueues().subList(0, realRxQueues);
    }

    /// Receive queues in use.
    public int realRxQueues() {
        return realRxQueues;
    }

    /// Transmit queues in use.
    public int realTxQueues() {
        return realTxQueues;
    }

    /// Changes how many queues are in use; the carriers bounce.
    ///
    /// What the rings of queues that go hold is freed.
    ///
    /// Fails: [DeviceException] for zero, more than were made, fewer receive queues than the peer's
    /// transmit queues with a program here, or more transmit queues than the peer's receive queues
    /// with a program there (all EINVAL).
    /// Kernel: `ethtool -L`, `veth_set_channels`.
    public void setChannels(int rxQueues, int txQueues) {
        synchronized (rtnl) {
            checkChannels(rxQueues, txQueues);
            if (!opened) {
                realRxQueues = rxQueues;
                realTxQueues = txQueues;
                refreshNapi();
                return;
            }
            setCarriers(false);
            // New queues get NAPI before a sender can pick them, old ones lose it afterwards.
            setNapi(Math.max(realRxQueues, rxQueues));
            realRxQueues = rxQueues;
            realTxQueues = txQueues;
            refreshNapi();
            refreshCarriers();
        }
    }

    private void checkChannels(int rx, int tx) {
        if (rx < 1 || rx > rqs.length) {
            throw invalid("rx-queues", rx, "1.." + rqs.length);
        }
        if (tx < 1 || tx > maxTxQueues) {
            throw invalid("tx-queues", tx, "1.." + maxTxQueues);
        }
        VethDevice other = peer;
        if (other != null && xdp && rx < other.realTxQueues) {
            String why = ">= the " + other.realTxQueues + " of peer " + other + " with a program";
            throw invalid("rx-queues", rx, why + " here");
        }
        if (other != null && other.xdp && tx > other.realRxQueues) {
            String why = "<= the " + other.realRxQueues + " of peer " + other + " with a program";
            throw invalid("tx-queues", tx, why + " there");
        }
    }

    // ---- MTU

    /// Changes the MTU.
    ///
    /// Fails: [DeviceException] (EINVAL) outside 68..[#maxMtu()].
    @Override
    public void changeMtu(int bytes) {
        synchronized (rtnl) {
            if (bytes < MIN_MTU || bytes > maxMtu) {
                String limit = maxMtu == MAX_MTU ? "" : " while the peer runs a program";
                throw invalid("mtu", bytes, MIN_MTU + ".." + maxMtu + limit);
            }
            setMtu(bytes);
        }
    }

    /// Largest MTU this end may have now; less than 65535 while the peer runs a program.
    public int maxMtu() {
        return maxMtu;
    }

    private DeviceException invalid(String what, int value, String expected) {
        return new DeviceException(
                DeviceException.Kind.USAGE,
                name() + ": EINVAL: " + what + ": " + value + " (expected: " + expected + ")");
    }

    // ---- XDP attach

    @Override
    protected void checkAttach(XdpProgram program) {
        VethAttachRules.check(this, peer, program);
    }

    @Override
    protected void enableXdp(AttachedProgram program) {
        synchronized (rtnl) {
            xdp = true;
            refreshNapi();
            limitPeerMtu(VethAttachRules.maxPeerMtu(program.hasFrags()));
        }
    }

    @Override
    protected void disableXdp() {
        synchronized (rtnl) {
            xdp = false;
            refreshNapi();
            limitPeerMtu(MAX_MTU);
        }
    }

    private void limitPeerMtu(int bytes) {
        VethDevice other = peer;
        if (other != null) {
            other.maxMtu = bytes;
        }
    }

    // ---- NAPI and link

    /// Turns generic receive offload on or off; on, the queues have NAPI without a program.
    ///
    /// Kernel: `ethtool -K gro`, `veth_set_features`.
    public void setGro(boolean on) {
        synchronized (rtnl) {
            gro = on;
            refreshNapi();
        }
    }

    private void refreshNapi() {
        setNapi(realRxQueues);
        refreshFeatures();
        VethDevice other = peer;
        if (other != null) {
            other.refreshFeatures();
        }
    }

    /// Redirected frames are for a peer that is to have NAPI, be it up or not.
    ///
    /// Kernel: `veth_set_xdp_features`.
    private void refreshFeatures() {
        VethDevice to = peer;
        boolean polls = to != null && (to.xdp || to.gro) && to.realTxQueues <= realRxQueues;
        setTakesRedirects(friendly || polls);
    }

    /// Gives the first `count` queues NAPI if this end is to have it now; takes it from the others,
    /// whose rings are freed.
    private void setNapi(int count) {
        int wanted = opened && (xdp || gro) ? count : 0;
        boolean removed = false;
        for (int i = 0; i < rqs.length; i++) {
            if (i < wanted) {
                rqs[i].enable();
            } else {
                removed |= rqs[i].disable();
            }
        }
        if (removed) {
            WorkerGroup workers = datapath().workers();
            workers.synchronize();
            for (VethRq rq : rqs) {
                rq.purge();
            }
            workers.synchronize();
            VethDevice from = peer;
            if (from != null) {
                from.host.wakeQueues();
            }
        }
    }

    @Override
    protected XdpMemType memType() {
        return XdpMemType.PAGE_SHARED;
    }

    @Override
    protected void open() {
        synchronized (rtnl) {
            if (closed || peer == null) {
                throw new DeviceException(
                        DeviceException.Kind.RUNTIME, "up(" + name() + "): ENOTCONN: no peer");
            }
            draining = false;
            opened = true;
            refreshNapi();
        }
    }

    @Override
    protected void opened() {
        synchronized (rtnl) {
            refreshCarriers();
        }
    }

    @Override
    protected void stop() {
        synchronized (rtnl) {
            opened = false;
            refreshCarriers();
            refreshNapi();
            host.reset();
            datapath().workers().synchronize();
        }
    }

    private void refreshCarriers() {
        VethDevice other = peer;
        setCarriers(isUp() && other != null && other.isUp());
    }

    private void setCarriers(boolean on) {
        setCarrier(on);
        VethDevice other = peer;
        if (other != null) {
            other.setCarrier(on);
        }
    }

    /// Removes both ends, as `ip link del` does.
    @Override
    public void close() {
        VethDevice other;
        synchronized (rtnl) {
            if (closed) {
                return;
            }
            closed = true;
            other = peer;
            if (other != null) {
                other.closed = true;
            }
        }
        down();
        if (other != null) {
            other.down();
            disconnect(this, other);
            other.remove();
        }
        remove();
    }

    private static void disconnect(VethDevice one, VethDevice other) {
        one.peer = null;
        other.peer = null;
        one.datapath().workers().synchronize();
    }

    private void remove() {
        detach();
        super.close();
    }

    /// Has every ring polled: one that XDP_TX filled for an end without a program was not.
    @Override
    public void stopReceiving() {
        draining = true;
        for (VethRq rq : rqs) {
            rq.schedule();
        }
    }

    /// Always: a veth makes no frames by itself.
    @Override
    public boolean isExhausted() {
        return true;
    }

    // ---- transmit

    /// Frames of several chunks go to a peer that passes them on whole or whose program takes them.
    @HotPath
    @Override
    public boolean transmitsFrags() {
        VethDevice to = peer;
        AttachedProgram program = to == null ? null : to.attached();
        return program == null || program.hasFrags();
    }

    /// A program must see finished frames; the host side takes them as they are.
    @HotPath
    @Override
    public boolean transmitsOffload(XdpFrame frame) {
        VethDevice to = peer;
        return to == null || !to.xdp;
    }

    @HotPath
    @Override
    public int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush) {
        VethDevice to = peer;
        int sent = to == null ? -Redirector.ENXIO : to.receive(worker, frames, count, flush);
        if (sent < 0) {
            txQueue(worker).dropped(count);
        }
        return sent;
    }

    /// Takes a prefix of the frames that the peer was asked to transmit.
    @HotPath
    private int receive(Worker worker, XdpFrame[] frames, int count, boolean flush) {
        VethRq rq = xdpRq(worker);
        int accepted = rq.produce(frames, count, maxLength());
        if (accepted == -Redirector.ENXIO && friendly) {
            return host.receive(worker, rq.queue(), frames, count);
        }
        if (accepted >= 0) {
            from(worker).sent(rq.index(), accepted, count - accepted);
            if (flush) {
                rq.schedule();
            }
        }
        return accepted;
    }

    @HotPath
    @Override
    protected int xdpTx(Worker worker, XdpFrame[] frames, int count) {
        VethDevice to = peer;
        if (to == null) {
            return -Redirector.ENXIO;
        }
        VethRq rq = to.xdpRq(worker);
        int sent = rq.produce(frames, count, to.maxLength());
        if (sent == -Redirector.ENXIO && friendly) {
            return to.host.receive(worker, rq.queue(), frames, count);
        }
        if (rq.hasProgram() || to.draining) {
            rq.schedule();
        }
        return sent;
    }

    /// The queue for the frames of a worker (`veth_select_rxq`).
    @HotPath
    private VethRq xdpRq(Worker worker) {
        return rqs[worker.index() % realRxQueues];
    }

    private int maxLength() {
        return mtu() + LENGTH_SLACK;
    }

    @HotPath
    @Override
    public void hostXmit(Worker worker, XdpFrame frame) {
        host.transmit(worker, frame);
    }

    /// The queue of that number if it is in use and a program runs here, else null: what a host
    /// side sends takes part in GRO only where the program has turned segmentation offload off.
    @HotPath
    @Nullable VethRq hostRq(int txQueue) {
        return xdp && txQueue < realRxQueues ? rqs[txQueue] : null;
    }

    /// The queue that a frame without NAPI counts as having arrived at.
    @HotPath
    RxQueue arrival(int txQueue) {
        return rxQueue(txQueue < realRxQueues ? txQueue : 0);
    }

    @HotPath
    TxQueue txCounters(Worker worker) {
        return txQueue(worker);
    }

    // ---- counters

    /// What a worker sends here.
    @HotPath
    PeerTqStats from(Worker worker) {
        return fromWorkers[worker.index()];
    }

    List<VethRq> rqs() {
        return List.of(rqs);
    }

    List<VethRq> rqsInUse() {
        return List.of(rqs).subList(0, realRxQueues);
    }

    long peerXmit(int queue) {
        return Arrays.stream(fromWorkers).mapToLong(from -> from.xmit(queue)).sum();
    }

    long peerXmitErrors(int queue) {
        return Arrays.stream(fromWorkers).mapToLong(from -> from.xmitErrors(queue)).sum();
    }

    long unforwardable() {
        return Arrays.stream(fromWorkers).mapToLong(PeerTqStats::unforwardableFrames).sum();
    }

    @Override
    public LinkStats linkStats() {
        return VethStats.link(this, peer);
    }

    @Override
    public Map<String, Long> ethtoolStats() {
        return VethStats.ethtool(this, peer);
    }
}
