package io.xdp4j.core.bpf;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.linux.EventFd;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.netlink.AddressInfo;
import io.xdp4j.linux.netlink.ForwardingInfo;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.NeighbourInfo;
import io.xdp4j.linux.netlink.NetlinkEvent;
import io.xdp4j.linux.netlink.NetlinkMonitor;
import io.xdp4j.linux.netlink.RouteInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the interfaces, routes and neighbours of the network namespace that it was opened in.
///
/// An event only says which list has changed, and that list is read anew, at most once a pause:
/// this stays right whatever order and gaps the events have.
///
/// Thread: one of its own reads the events; [#picture] any.
/// Owns: its sockets and its thread, until closed.
/// Kernel: rtnetlink(7).
final class HostFib implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostFib.class);

    /// How long missed neighbours wait at most, and changes that come in a row.
    private static final int PAUSE_MILLIS = 20;

    private static final int RECEIVE_BUFFER_BYTES = 1 << 20;

    private final Datapath datapath;
    private final Runnable changed;
    private final NetlinkMonitor monitor;
    private final RtNetlink netlink;
    private final EventFd wake;
    private final Thread thread;
    private final Map<String, Integer> driven = new HashMap<>();
    private List<LinkInfo> links = List.of();
    private List<AddressInfo> addresses = List.of();
    private List<ForwardingInfo> forwarding = List.of();
    private List<RouteInfo> routes = List.of();
    private List<NeighbourInfo> neighbours = List.of();
    private boolean linksStale = true;
    private boolean routesStale = true;
    private boolean neighboursStale = true;
    private boolean resolveFailed;
    private volatile HostPicture picture = HostPicture.NONE;
    private volatile boolean ended;

    private HostFib(
            Datapath datapath,
            Runnable changed,
            NetlinkMonitor monitor,
            RtNetlink netlink,
            EventFd wake) {
        this.datapath = datapath;
        this.changed = changed;
        this.monitor = monitor;
        this.netlink = netlink;
        this.wake = wake;
        this.thread = Thread.ofPlatform().daemon().name("host-fib").unstarted(this::run);
    }

    /// Subscribes, then reads all there is.
    ///
    /// @param changed called with each new picture, on the thread that reads the events
    static HostFib open(Datapath datapath, Runnable changed) {
        NetlinkMonitor monitor = NetlinkMonitor.open(NetlinkMonitor.FORWARDING_GROUPS);
        HostFib fib = new HostFib(datapath, changed, monitor, RtNetlink.open(), EventFd.open());
        try {
            monitor.setReceiveBuffer(RECEIVE_BUFFER_BYTES);
            fib.read();
            return fib;
        } catch (NativeException e) {
            fib.close();
            throw e;
        }
    }

    void start() {
        thread.start();
    }

    HostPicture picture() {
        return picture;
    }

    // ---- the lists

    private void read() {
        if (linksStale) {
            links = netlink.links();
            addresses = netlink.addresses();
            forwarding = netlink.forwarding();
            noteDriven();
        }
        if (linksStale || routesStale) {
            routes = netlink.routes();
        }
        if (linksStale || neighboursStale) {
            neighbours = netlink.neighbours();
        }
        linksStale = false;
        routesStale = false;
        neighboursStale = false;
        picture = new HostPicture(links, addresses, forwarding, routes, neighbours, driven);
    }

    /// Devices keep their number when their interface comes back under another.
    private void noteDriven() {
        for (NetDevice device : datapath.devices()) {
            if (device.isReal() && !driven.containsValue(device.ifindex())) {
                links.stream()
                        .filter(link -> link.ifindex() == device.ifindex())
                        .forEach(link -> driven.put(link.name(), device.ifindex()));
            }
        }
    }

    private void note(NetlinkEvent event) {
        switch (event) {
            case NetlinkEvent.LinkChanged _,
                    NetlinkEvent.LinkRemoved _,
                    NetlinkEvent.AddressChanged _,
                    NetlinkEvent.AddressRemoved _,
                    NetlinkEvent.ForwardingChanged _,
                    NetlinkEvent.Overrun _ ->
                    linksStale = true;
            case NetlinkEvent.RouteChanged _, NetlinkEvent.RouteRemoved _ -> routesStale = true;
            case NetlinkEvent.NeighbourChanged _, NetlinkEvent.NeighbourRemoved _ ->
                    neighboursStale = true;
        }
    }

    // ---- the thread

    private void run() {
        try (monitor;
                netlink;
                wake;
                Arena arena = Arena.ofConfined()) {
            PollSet events = PollSet.of(arena, 2);
            events.set(0, wake.fd(), PollSet.POLLIN);
            events.set(1, monitor.fd(), PollSet.POLLIN);
            PollSet pause = PollSet.of(arena, 1);
            pause.set(0, wake.fd(), PollSet.POLLIN);
            while (!ended) {
                events.poll(PAUSE_MILLIS);
                if (turn()) {
                    pause.poll(PAUSE_MILLIS);
                }
            }
        } catch (NativeException e) {
            LOG.error("the host's routes are no longer followed: {}", e.getMessage());
        }
    }

    /// Returns whether something had changed.
    private boolean turn() {
        monitor.receive(this::note);
        boolean stale = linksStale || routesStale || neighboursStale;
        if (stale) {
            try {
                read();
                changed.run();
            } catch (NativeException | IllegalArgumentException e) {
                LOG.warn("the host's routes, tried again: {}", e.getMessage());
            }
        }
        datapath.bpf().neighbourMisses().drain(this::resolve);
        return stale;
    }

    private void resolve(int ifindex, IpPrefix address) {
        int hostIfindex = picture.hostIfindex(ifindex);
        if (hostIfindex == 0) {
            return;
        }
        try {
            netlink.resolve(hostIfindex, inetAddress(address));
        } catch (NativeException e) {
            if (!resolveFailed) {
                resolveFailed = true;
                LOG.warn("neighbours that programs miss stay unknown: {}", e.getMessage());
            }
        }
    }

    private static InetAddress inetAddress(IpPrefix address) {
        byte[] bytes =
                ByteBuffer.allocate(16).putLong(address.high()).putLong(address.low()).array();
        try {
            return InetAddress.getByAddress(
                    address.isV6() ? bytes : Arrays.copyOfRange(bytes, 12, 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address: " + address, e);
        }
    }

    @Override
    public void close() {
        ended = true;
        if (thread.getState() == Thread.State.NEW) {
            monitor.close();
            netlink.close();
            wake.close();
            return;
        }
        wake.signal();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
