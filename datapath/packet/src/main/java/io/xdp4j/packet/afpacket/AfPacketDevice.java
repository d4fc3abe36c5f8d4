package io.xdp4j.packet.afpacket;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.LinkStats;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.link.InterfaceDevice;
import io.xdp4j.core.link.LinkMonitor;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.afpacket.AfPacket;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.linux.device.Ethtool;
import io.xdp4j.linux.netlink.LinkInfo;
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
/// The kernel's stack sees the received frames too.
///
/// Thread: as [InterfaceDevice].
/// Kernel: packet(7), `PACKET_FANOUT`, TPACKET_V3.
final class AfPacketDevice extends InterfaceDevice {
    private static final Logger LOG = LoggerFactory.getLogger(AfPacketDevice.class);

    private final AfPacketSettings settings;
    private List<PacketRxQueue> receivers = List.of();
    private @Nullable PacketTxQueue[] senders;
    private long closedDrops;
    private long closedUnread;

    AfPacketDevice(
            Datapath datapath, DeviceInit init, AfPacketSettings settings, LinkMonitor monitor) {
        super(datapath, init, settings.interfaceName(), monitor);
        this.settings = settings;
        this.senders = new PacketTxQueue[datapath.workers().size()];
    }

    @Override
    public String transport() {
        return "af_packet";
    }

    // ---- sockets

    @Override
    protected void openSockets(LinkInfo link) {
        List<PacketRxQueue> opening = new ArrayList<>();
        try {
            for (Worker worker : datapath().workers().all()) {
                senders[worker.index()] =
                        PacketTxQueue.open(
                                this,
                                worker,
                                txQueue(worker),
                                settings.qdiscBypass(),
                                link.ifindex());
            }
            for (RxQueue queue : rxQueues()) {
                opening.add(PacketRxQueue.open(queue, settings));
            }
            bind(opening, link.ifindex());
        } catch (NativeException e) {
            opening.forEach(PacketRxQueue::close);
            closeSenders();
            throw e;
        }
        receivers = List.copyOf(opening);
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

    @Override
    protected void startSockets() {
        receivers.forEach(PacketRxQueue::start);
    }

    @Override
    protected void stopSockets() {
        receivers.forEach(PacketRxQueue::stopReceiving);
    }

    @Override
    protected void socketsChanged(LinkInfo link, boolean cameUp) {
        chooseWayOut();
        if (cameUp) {
            receivers.forEach(PacketRxQueue::clearError);
        }
    }

    /// Past the queueing discipline the kernel segments nothing: a GSO frame that the interface does
    /// not cut itself would be lost there. The interface's features may change at any time.
    ///
    /// Kernel: `__dev_direct_xmit`.
    private void chooseWayOut() {
        if (!settings.qdiscBypass()) {
            return;
        }
        try (Ethtool ethtool = Ethtool.open()) {
            boolean bypass = ethtool.segmentsAll(interfaceName());
            for (PacketTxQueue sender : senders) {
                if (sender != null) {
                    sender.setQdiscBypass(bypass);
                }
            }
        } catch (NativeException e) {
            LOG.debug("{}: {}", interfaceName(), e.getMessage());
        }
    }

    @Override
    protected void closeSockets() {
        for (PacketRxQueue receiver : receivers) {
            receiver.close();
            closedDrops += receiver.kernelDrops();
            closedUnread += receiver.leftUnread();
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

    @Override
    protected boolean offloadsUnwanted(@Nullable AttachedProgram program) {
        return switch (settings.offloads()) {
            case OFF -> true;
            case KEEP -> false;
            case AUTO -> program != null && !program.hasFrags();
        };
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
                stats.rxDropped() + kernelDrops() + leftUnread(),
                stats.txDropped());
    }

    private long kernelDrops() {
        return locked(() -> {
            long drops = closedDrops;
            for (PacketRxQueue receiver : receivers) {
                drops += receiver.kernelDrops();
            }
            return drops;
        });
    }

    /// Frames that nobody read out of the rings before their sockets were closed.
    private long leftUnread() {
        return locked(() -> closedUnread);
    }

    @Override
    public Map<String, Long> ethtoolStats() {
        Map<String, Long> stats = new LinkedHashMap<>(super.ethtoolStats());
        stats.put("rx_ring_full", kernelDrops());
        stats.put("rx_ring_unread", leftUnread());
        return stats;
    }
}
