package io.xdp4j.afxdp.device;

import io.xdp4j.afxdp.KernelXskSocket;
import io.xdp4j.afxdp.Umem;
import io.xdp4j.afxdp.UmemConfig;
import io.xdp4j.afxdp.XskProgram;
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
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.XdpStatistics;
import io.xdp4j.linux.afxdp.XskTxMetadata;
import io.xdp4j.linux.device.Ethtool;
import io.xdp4j.linux.device.Offloads;
import io.xdp4j.linux.netlink.LinkInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A real interface through AF_XDP: one socket a queue, all of them with the datapath's frame pool as
/// their UMEM.
///
/// Each socket registers the pool for itself, so every port may run in another mode and come and go
/// alone, and still a frame goes from port to port by its descriptor only. The kernel's stack sees no
/// frame that is received here.
///
/// A worker without a queue of the interface hands its frames to one that has.
///
/// Thread: as [InterfaceDevice].
final class AfXdpDevice extends InterfaceDevice {
    private static final Logger LOG = LoggerFactory.getLogger(AfXdpDevice.class);

    /// The largest MTU that fits one chunk; above it frames come in several.
    private static final int ONE_CHUNK_MTU = XdpFrame.LINEAR_BYTES - ETH_HLEN;

    private final AfXdpSettings settings;
    private final boolean virtual;
    private List<XskQueue> queues = List.of();
    private @Nullable XskQueue[] byWorker;
    private boolean sendsChecksums;
    private boolean sendsFrags;
    private @Nullable XskProgram program;
    private @Nullable XskMode mode;
    private int promiscuousFd = -1;
    private XdpStatistics closedStatistics = XdpStatistics.NONE;

    AfXdpDevice(
            Datapath datapath,
            DeviceInit init,
            AfXdpSettings settings,
            boolean virtual,
            LinkMonitor monitor) {
        super(datapath, init, settings.interfaceName(), monitor);
        this.settings = settings;
        this.virtual = virtual;
        this.byWorker = new XskQueue[datapath.workers().size()];
    }

    @Override
    public String transport() {
        return "af_xdp";
    }

    /// How the kernel serves the port, null while it is closed.
    @Nullable XskMode mode() {
        return locked(() -> mode);
    }

    // ---- sockets

    @Override
    protected void openSockets(LinkInfo link) {
        NativeException last = null;
        for (XskMode rung : settings.ladder()) {
            try {
                open(link, rung);
                LOG.info("{}: AF_XDP in mode {}", interfaceName(), rung.text());
                return;
            } catch (NativeException e) {
                closeSockets();
                LOG.info("{}: AF_XDP: no {}: {}", interfaceName(), rung.text(), e.getMessage());
                last = e;
            }
        }
        if (last != null) {
            throw last;
        }
    }

    private void open(LinkInfo link, XskMode rung) {
        boolean frags = link.mtuBytes() > ONE_CHUNK_MTU;
        XskProgram attached =
                XskProgram.attach(link.ifindex(), rxQueues().size(), rung.attachFlags(), frags);
        program = attached;
        if (settings.promiscuous()) {
            promiscuousFd = PacketSocket.open();
            PacketSocket.addPromiscuous(promiscuousFd, link.ifindex());
        }
        int flags = rung.bindFlags() | AfXdp.XDP_USE_NEED_WAKEUP;
        List<XskQueue> opening = new ArrayList<>();
        queues = opening;
        for (RxQueue queue : rxQueues()) {
            XskQueue socket = open(queue, frags);
            opening.add(socket);
            socket.socket()
                    .bindWhenFree(
                            link.ifindex(),
                            queue.queueIndex(),
                            frags ? flags | AfXdp.XDP_USE_SG : flags);
            attached.direct(queue.queueIndex(), socket.socket());
        }
        queues = List.copyOf(opening);
        sendsFrags = frags;
        mode = rung;
        assignWorkers();
    }

    private XskQueue open(RxQueue queue, boolean frags) {
        KernelXskSocket socket = KernelXskSocket.open();
        try {
            sendsChecksums = registerPool(socket, !frags);
            if (settings.busyPoll()) {
                socket.preferBusyPoll();
            }
            return new XskQueue(
                    this, queue, txQueue(queue.worker()), socket, settings, completesChecksums());
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private boolean completesChecksums() {
        return switch (settings.checksums()) {
            case AUTO -> virtual;
            case TRUST -> false;
            case COMPLETE -> true;
        };
    }

    /// Registers the frame pool, with room for TX metadata where it is asked for and the kernel knows
    /// them; says whether there is. A port of several chunks a packet goes without: the kernel would
    /// want the room before every chunk, and parts may begin at a chunk's start.
    ///
    /// Kernel: `xp_aligned_validate_desc`.
    private boolean registerPool(KernelXskSocket socket, boolean metadata) {
        if (!metadata) {
            socket.registerUmem(Umem.of(datapath().pool().memory(), UmemConfig.PAGES));
            return false;
        }
        UmemConfig withMetadata = UmemConfig.PAGES.withTxMetadata(XskTxMetadata.SIZE);
        try {
            socket.registerUmem(Umem.of(datapath().pool().memory(), withMetadata));
            return true;
        } catch (NativeException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            socket.registerUmem(Umem.of(datapath().pool().memory(), UmemConfig.PAGES));
            return false;
        }
    }

    /// Each worker sends through a queue of its own where it has one. What is put into the TX ring of a
    /// queue that the interface does not send on would stay there.
    private void assignWorkers() {
        List<XskQueue> sending = queues.subList(0, Math.min(sendingQueues(), queues.size()));
        @Nullable XskQueue[] assigned = new XskQueue[byWorker.length];
        for (int i = 0; i < assigned.length; i++) {
            assigned[i] = sending.get(i % sending.size());
        }
        for (XskQueue queue : sending) {
            assigned[queue.worker().index()] = queue;
        }
        byWorker = assigned;
    }

    private int sendingQueues() {
        try (Ethtool ethtool = Ethtool.open()) {
            return ethtool.channels(interfaceName())
                    .map(channels -> Math.max(1, channels.tx() + channels.combined()))
                    .orElse(1);
        }
    }

    @Override
    protected void startSockets() {
        queues.forEach(XskQueue::start);
    }

    @Override
    protected void stopSockets() {
        queues.forEach(XskQueue::stopReceiving);
    }

    @Override
    protected void socketsChanged(LinkInfo link, boolean cameUp) {
        if (cameUp) {
            queues.forEach(XskQueue::retry);
        }
    }

    @Override
    protected void closeSockets() {
        byWorker = new XskQueue[byWorker.length];
        mode = null;
        if (program != null) {
            program.close();
            program = null;
        }
        if (promiscuousFd >= 0) {
            Fd.close(promiscuousFd);
            promiscuousFd = -1;
        }
        List<XskQueue> closing = queues;
        queues = List.of();
        if (!closing.isEmpty()) {
            // Workers may have seen the old assignment.
            datapath().workers().synchronize();
        }
        for (XskQueue queue : closing) {
            queue.close();
            closedStatistics = closedStatistics.plus(queue.statistics());
        }
    }

    @Override
    protected boolean offloadsUnwanted(@Nullable AttachedProgram attached) {
        return settings.reduceOffloads();
    }

    /// What goes out may keep its offloads; what comes in must be as the wire had it.
    @Override
    protected Offloads reduced(Offloads now) {
        return new Offloads(
                now.rxChecksum(),
                now.txChecksum(),
                now.scatterGather(),
                now.tso(),
                now.gso(),
                false,
                false,
                now.udpSegmentation(),
                false,
                now.txVlan());
    }

    // ---- transmit

    @HotPath
    @Override
    public boolean transmitsFrags() {
        return sendsFrags;
    }

    @HotPath
    @Override
    public boolean transmitsOffload(XdpFrame frame) {
        if (frame.isGso() || !sendsChecksums) {
            return false;
        }
        // The kernel never gets past a descriptor whose request it finds wrong.
        int start = frame.checksumStart();
        return start >= 0 && start + frame.checksumOffset() + 2 <= frame.length();
    }

    @HotPath
    @Override
    public int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush) {
        XskQueue queue = byWorker[worker.index()];
        if (queue == null || !isOperational()) {
            return -Errno.ENETDOWN;
        }
        return queue.worker().equals(worker)
                ? queue.enqueue(frames, count)
                : queue.handOver(frames, count);
    }

    // ---- counters

    private XdpStatistics statistics() {
        return locked(() -> {
            XdpStatistics sum = closedStatistics;
            for (XskQueue queue : queues) {
                sum = sum.plus(queue.statistics());
            }
            return sum;
        });
    }

    @Override
    public LinkStats linkStats() {
        LinkStats stats = super.linkStats();
        return new LinkStats(
                stats.rxPackets(),
                stats.rxBytes(),
                stats.txPackets(),
                stats.txBytes(),
                stats.rxDropped() + statistics().shortForm().rxDropped(),
                stats.txDropped());
    }

    @Override
    public Map<String, Long> ethtoolStats() {
        Map<String, Long> stats = new LinkedHashMap<>(super.ethtoolStats());
        XdpStatistics kernel = statistics();
        stats.put("xsk_rx_dropped", kernel.rxDropped());
        stats.put("xsk_rx_invalid_descs", kernel.rxInvalidDescs());
        stats.put("xsk_tx_invalid_descs", kernel.txInvalidDescs());
        stats.put("xsk_rx_ring_full", kernel.rxRingFull());
        stats.put("xsk_rx_fill_ring_empty_descs", kernel.rxFillRingEmptyDescs());
        stats.put("xsk_tx_ring_empty_descs", kernel.txRingEmptyDescs());
        return stats;
    }
}
