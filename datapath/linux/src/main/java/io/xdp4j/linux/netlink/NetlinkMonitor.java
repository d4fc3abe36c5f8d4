package io.xdp4j.linux.netlink;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.Sockets;
import java.util.function.Consumer;

/// Events of the devices, addresses, routes and neighbours of one network namespace: that of the
/// thread which opens this.
///
/// Watch [#fd()] for reading in an epoll loop and then call [#receive]. On [NetlinkEvent.Overrun]
/// list all anew with [RtNetlink].
///
/// - Thread: one at a time.
/// - Owns: a socket and its buffer until [#close()].
/// - Fails: throws [NativeException] when it cannot be opened or its descriptor is broken. Messages
///   that make no sense are skipped.
/// - Kernel: `RTMGRP_*`, `rtnetlink(7)`.
public final class NetlinkMonitor implements AutoCloseable {
    /// Devices.
    public static final int RTMGRP_LINK = 0x1;

    /// IPv4 addresses.
    public static final int RTMGRP_IPV4_IFADDR = 0x10;

    /// IPv6 addresses.
    public static final int RTMGRP_IPV6_IFADDR = 0x100;

    /// Neighbours of both families.
    public static final int RTMGRP_NEIGH = 0x4;

    /// IPv4 routes.
    public static final int RTMGRP_IPV4_ROUTE = 0x40;

    /// IPv6 routes.
    public static final int RTMGRP_IPV6_ROUTE = 0x400;

    /// Which devices forward IPv4 (`RTNLGRP_IPV4_NETCONF`).
    public static final int RTMGRP_IPV4_NETCONF = 1 << 23;

    /// Which devices forward IPv6 (`RTNLGRP_IPV6_NETCONF`).
    public static final int RTMGRP_IPV6_NETCONF = 1 << 24;

    /// All that decides where a packet is forwarded.
    public static final int FORWARDING_GROUPS =
            RTMGRP_LINK
                    | RTMGRP_NEIGH
                    | RTMGRP_IPV4_IFADDR
                    | RTMGRP_IPV6_IFADDR
                    | RTMGRP_IPV4_ROUTE
                    | RTMGRP_IPV6_ROUTE
                    | RTMGRP_IPV4_NETCONF
                    | RTMGRP_IPV6_NETCONF;

    private final NetlinkSocket socket;

    private NetlinkMonitor(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// Events of devices and of IPv4 and IPv6 addresses.
    public static NetlinkMonitor open() {
        return open(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
    }

    /// Events of some groups.
    ///
    /// @param groups bits `RTMGRP_*`
    public static NetlinkMonitor open(int groups) {
        return new NetlinkMonitor(NetlinkSocket.open(Sockets.SOCK_NONBLOCK, groups));
    }

    /// Sets how much the kernel keeps for us before it loses events; it doubles the number, and
    /// limits it to `net.core.rmem_max`.
    public void setReceiveBuffer(int sizeBytes) {
        Sockets.setOption(socket.fd(), Sockets.SOL_SOCKET, Sockets.SO_RCVBUF, sizeBytes);
    }

    /// The descriptor, readable while events wait; -1 after [#close()].
    public int fd() {
        return socket.fd();
    }

    /// Gives all waiting events to `consumer` on the calling thread, and returns without waiting
    /// for more.
    ///
    /// @return how many there were
    public int receive(Consumer<? super NetlinkEvent> consumer) {
        int events = 0;
        while (true) {
            int received = socket.receive();
            if (received == -Errno.EAGAIN) {
                return events;
            }
            if (received == -Errno.ENOBUFS || received == -Errno.EMSGSIZE) {
                consumer.accept(new NetlinkEvent.Overrun());
                events++;
            } else if (received < 0) {
                throw NativeException.of("recv", "AF_NETLINK, NETLINK_ROUTE", received);
            } else {
                events += deliver(received, consumer);
            }
        }
    }

    private int deliver(int received, Consumer<? super NetlinkEvent> consumer) {
        int[] events = {0};
        RtMessage.walk(
                socket.datagram(received),
                message -> {
                    message.event()
                            .ifPresent(event -> {
                                events[0]++;
                                consumer.accept(event);
                            });
                    return true;
                });
        return events[0];
    }

    @Override
    public void close() {
        socket.close();
    }
}
