package io.xdp4j.afxdp.emulated;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.redirect.SocketTable;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The AF_XDP sockets of a datapath: who is bound to which queue.
///
/// The rings' memory lives as long as the domain, so that a ring used after its socket was closed does
/// no harm.
///
/// Thread: any.
/// Kernel: `struct netns_xdp`, `xsk_reg_pool_at_qid`.
public final class XskDomain {
    private final Datapath datapath;
    private final SocketTable table;
    private final Arena ringMemory = Arena.ofAuto();
    private final Map<QueueKey, XskPool> pools = new HashMap<>();
    private final List<EmulatedXskSocket> sockets = new ArrayList<>();

    private record QueueKey(NetDevice device, int queue) {}

    private XskDomain(Datapath datapath, SocketTable table) {
        this.datapath = datapath;
        this.table = table;
        datapath.onUnregister(this::deviceGone);
    }

    /// The one domain of a datapath.
    public static XskDomain of(Datapath datapath) {
        SocketTable table = datapath.shared(SocketTable.class, SocketTable::new);
        return datapath.shared(XskDomain.class, () -> new XskDomain(datapath, table));
    }

    /// A new socket. `socket(AF_XDP, SOCK_RAW, 0)`.
    public EmulatedXskSocket open() {
        EmulatedXskSocket socket = new EmulatedXskSocket(this);
        socket.setDescriptor(table.open(socket));
        synchronized (this) {
            sockets.add(socket);
        }
        return socket;
    }

    Datapath datapath() {
        return datapath;
    }

    synchronized long ringMemory(long bytes) {
        return ringMemory.allocate(bytes, 64).address();
    }

    Optional<NetDevice> device(int ifindex) {
        return datapath.devices().stream().filter(d -> d.ifindex() == ifindex).findFirst();
    }

    synchronized @Nullable XskPool poolAt(NetDevice device, int queue) {
        return pools.get(new QueueKey(device, queue));
    }

    synchronized void add(XskPool pool) {
        pools.put(new QueueKey(pool.device(), pool.queue().queueIndex()), pool);
    }

    synchronized void remove(XskPool pool) {
        pools.remove(new QueueKey(pool.device(), pool.queue().queueIndex()), pool);
    }

    void close(EmulatedXskSocket socket) {
        table.close(socket.descriptor());
        synchronized (this) {
            sockets.remove(socket);
        }
    }

    private void deviceGone(NetDevice device) {
        List<EmulatedXskSocket> all;
        synchronized (this) {
            all = List.copyOf(sockets);
        }
        all.forEach(socket -> socket.deviceGone(device));
    }
}
