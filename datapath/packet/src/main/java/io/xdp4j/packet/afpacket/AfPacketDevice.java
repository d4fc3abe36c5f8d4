package io.xdp4j.packet.afpacket;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.LinkStats;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.afpacket.AfPacket;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.linux.device.Ethtool;
import io.xdp4j.linux.device.Offloads;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.packet.link.LinkMonitor;
import io.xdp4j.packet.link.LinkWatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A real interface through AF_PACKET sockets: one receive socket a queue, two send sockets a
/// worker.
///
/// The kernel's stack sees the received frames too. An interface that goes down or away takes only
/// its own port down; the port comes back with it.
///
/// Thread: as [NetDevice].
/// Kernel: packet(7), `PACKET_FANOUT`, TPACKET_V3.
final class AfPacketDevice extends NetDevice implements LinkWatch {
    private static final Logger LOG = LoggerFactory.getLogger(AfPacketDevice.class);

    private final AfPacketSettings settings;
    private final LinkMonitor.Registration monitor;
    private final Object lock = new Object();
    private List<PacketRxQueue> receivers = List.of();
    private @Nullable PacketTxQueue[] senders;
    private int boundIfindex;
    private boolean opened;
    private boolean receiving;
    private long closedDrops;
    private @Nullable Offloads savedOffloads;
    private @Nullable NativeException openFailure;
    private boolean reported;

    AfPacketDevice(
            Datapath datapath, DeviceInit init, AfPacketSettings settings, LinkMonitor monitor) {
        super(datapath, init);
        this.settings = settings;
        this.senders = new PacketTxQueue[datapath.workers().size()];
        this.monitor = monitor.watch(settings.interfaceName(), this);
    }

    @Override
    public String transport() {
        return "af_packet";
    }

    // ---- life

    @Override
    protected void open() {
        synchronized (lock) {
            opened = true;
            if (settings.offloads() == AfPacketSettings.OffloadMode.OFF) {
                turnOffloadsOff();
            }
        }
        monitor.refresh();
        synchronized (lock) {
            if (openFailure != null) {
                throw new DeviceException(
                        DeviceException.Kind.RUNTIME,
                        name() + ": " + openFailure.getMessage(),
                        openFailure);
            }
        }
    }

    @Override
    protected void opened() {
        synchronized (lock) {
            receiving = true;
            receivers.forEach(PacketRxQueue::start);
        }
    }

    @Override
    protected void stop() {
        synchronized (lock) {
            opened = false;
            receiving = false;
            closeSockets();
            restoreOffloads();
        }
    }

    @Override
    public void close() {
        super.close();
        // Also after an open that failed half way, or an attach without one.
        synchronized (lock) {
            opened = false;
            closeSockets();
            restoreOffloads();
        }
        monitor.close();
    }

    @Override
    public void stopReceiving() {
        synchronized (lock) {
            receiving = false;
            receivers.forEach(PacketRxQueue::stopReceiving);
        }
    }

    // ---- link

    @Override
    public void linkChanged(LinkInfo link) {
        synchronized (lock) {
            if (!opened) {
                return;
            }
            if (boundIfindex != 0 && boundIfindex != link.ifindex()) {
                closeSockets();
            }
            boolean ready = link.isUp() && link.isRunning();
            setMtu(Math.min(link.mtuBytes(), 65535));
            if (link.isUp() && boundIfindex == 0) {
                if (offloadsUnwanted(attached())) {
                    turnOffloadsOff();
                }
                openSockets(link.ifindex());
            }
            chooseWayOut();
            if (ready && !isOperational()) {
                receivers.forEach(PacketRxQueue::clearError);
            }
            report(link, ready);
            setOperational(ready && boundIfindex != 0);
        }
    }

    private void report(LinkInfo link, boolean ready) {
        if (ready != isOperational() || !reported) {
            reported = true;
            if (ready) {
                LOG.info("{}: link up, mtu {}", settings.interfaceName(), link.mtuBytes());
            } else if (link.isUp()) {
                LOG.warn(
                        "{}: no carrier; the port waits for it (is the other end up?)",
                        settings.interfaceName());
            } else {
                LOG.warn(
                        "{}: interface is down; the port waits for it (ip link set {} up)",
                        settings.interfaceName(),
                        settings.interfaceName());
            }
        }
    }

    @Override
    public void linkRemoved() {
        synchronized (lock) {
            setOperational(false);
            if (boundIfindex != 0) {
                LOG.warn("{}: interface is gone; the port waits for it", settings.interfaceName());
                closeSockets();
            }
            savedOffloads = null;
        }
    }

    private void openSockets(int ifindex) {
        List<PacketRxQueue> opening = new ArrayList<>();
        try {
            for (Worker worker : datapath().workers().all()) {
                senders[worker.index()] =
                        PacketTxQueue.open(
                                this, worker, txQueue(worker), settings.qdiscBypass(), ifindex);
            }
            for (RxQueue queue : rxQueues()) {
                opening.add(PacketRxQueue.open(queue, settings));
            }
            bind(opening, ifindex);
        } catch (NativeException e) {
            opening.forEach(PacketRxQueue::close);
            closeSenders();
            openFailure = e;
            LOG.warn("{}: {}", settings.interfaceName(), e.getMessage());
            return;
        }
        openFailure = null;
        receivers = List.copyOf(opening);
        boundIfindex = ifindex;
        if (receiving) {
            receivers.forEach(PacketRxQueue::start);
        }
    }

    /// Binds the sockets, and has several share the frames. Each joins right after its bind: between
    /// the two it gets every frame that the others get.
    private void bind(List<PacketRxQueue> sockets, int ifindex) {
        PacketRxQueue first = sockets.getFirst();
        first.bind(settings, ifindex);
        if (sockets.size() < 2) {
            return;
        }
        int mode = settings.fanoutMode();
        PacketSocket.joinFanout(first.socket(), 0, mode | AfPacket.PACKET_FANOUT_FLAG_UNIQUEID);
        int group = PacketSocket.fanoutGroup(first.socket());
        for (PacketRxQueue socket : sockets.subList(1, sockets.size())) {
            socket.bind(settings, ifindex);
            PacketSocket.joinFanout(socket.socket(), group, mode);
        }
    }

    /// Past the queueing discipline the kernel segments nothing: a GSO frame that the interface does
    /// not cut itself would be lost there. The interface's features may change at any time.
    ///
    /// Kernel: `__dev_direct_xmit`.
    private void chooseWayOut() {
        if (boundIfindex == 0 || !settings.qdiscBypass()) {
            return;
        }
        try (Ethtool ethtool = Ethtool.open()) {
            boolean bypass = ethtool.segmentsAll(settings.interfaceName());
            for (PacketTxQueue sender : senders) {
                if (sender != null) {
                    sender.setQdiscBypass(bypass);
                }
            }
        } catch (NativeException e) {
            LOG.debug("{}: {}", settings.interfaceName(), e.getMessage());
        }
    }

    private void closeSockets() {
        setOperational(false);
        boundIfindex = 0;
        for (PacketRxQueue receiver : receivers) {
            receiver.close();
            closedDrops += receiver.kernelDrops();
        }
        receivers = List.of();
        closeSenders();
    }

    private void closeSenders() {
        @Nullable PacketTxQueue[] old = senders;
        senders = new PacketTxQueue[old.length];
        for (PacketTxQueue sender : old) {
            if (sender != null) {
                sender.close();
            }
        }
    }

    // ---- offloads

    @Override
    protected void enableXdp(AttachedProgram program) {
        synchronized (lock) {
            if (offloadsUnwanted(program)) {
                turnOffloadsOff();
            }
        }
    }

    private boolean offloadsUnwanted(@Nullable AttachedProgram program) {
        return switch (settings.offloads()) {
            case OFF -> true;
            case KEEP -> false;
            case AUTO -> program != null && !program.hasFrags();
        };
    }

    @Override
    protected void disableXdp() {
        synchronized (lock) {
            if (settings.offloads() == AfPacketSettings.OffloadMode.AUTO) {
                restoreOffloads();
            }
        }
    }

    private void turnOffloadsOff() {
        if (savedOffloads != null) {
            return;
        }
        String name = settings.interfaceName();
        try {
            Offloads before = Offloads.read(name);
            Offloads.apply(name, Offloads.off());
            savedOffloads = before;
            LOG.info("{}: offloads turned off while the port is open", name);
        } catch (NativeException e) {
            LOG.warn("{}: offloads stay on: {}", name, e.getMessage());
        }
    }

    private void restoreOffloads() {
        Offloads before = savedOffloads;
        if (before == null) {
            return;
        }
        savedOffloads = null;
        try {
            Offloads.apply(settings.interfaceName(), before);
        } catch (NativeException e) {
            if (e.errno() != Errno.ENODEV) {
                LOG.warn("{}: offloads not restored: {}", settings.interfaceName(), e.getMessage());
            }
        }
    }

    // ---- transmit

    @HotPath
    @Override
    public boolean transmitsFrags() {
        return true;
    }

    @HotPath
    @Override
    public boolean transmitsOffload(XdpFrame frame) {
        return true;
    }

    @HotPath
    @Override
    public int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush) {
        PacketTxQueue sender = senders[worker.index()];
        if (sender == null || !isOperational()) {
            return -Errno.ENETDOWN;
        }
        for (int i = 0; i < count; i++) {
            sender.enqueue(frames[i]);
        }
        return count;
    }

    // ---- counters

    @Override
    public LinkStats linkStats() {
        LinkStats stats = super.linkStats();
        return new LinkStats(
                stats.rxPackets(),
                stats.rxBytes(),
                stats.txPackets(),
                stats.txBytes(),
                stats.rxDropped() + kernelDrops(),
                stats.txDropped());
    }

    private long kernelDrops() {
        synchronized (lock) {
            long drops = closedDrops;
            for (PacketRxQueue receiver : receivers) {
                drops += receiver.kernelDrops();
            }
            return drops;
        }
    }

    @Override
    public Map<String, Long> ethtoolStats() {
        Map<String, Long> stats = new LinkedHashMap<>(super.ethtoolStats());
        stats.put("rx_ring_full", kernelDrops());
        return stats;
    }
}
