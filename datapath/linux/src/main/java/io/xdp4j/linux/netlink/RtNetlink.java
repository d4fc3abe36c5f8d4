package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Lists the devices, addresses, routes and neighbours of one network namespace: that of the
/// thread which opens this.
///
/// To follow changes, subscribe with [NetlinkMonitor] first and list after, so that nothing falls
/// between.
///
/// - Thread: one at a time. The calls block only for the kernel to copy.
/// - Owns: a socket and its buffer until [#close()].
/// - Fails: throws [NativeException].
/// - Kernel: `RTM_GETLINK`, `RTM_GETADDR`, `RTM_GETROUTE`, `RTM_GETNEIGH`, `RTM_GETNETCONF` with
///   `NLM_F_DUMP`, `rtnetlink(7)`.
public final class RtNetlink implements AutoCloseable {
    private static final int NLM_F_REQUEST = 0x1;
    private static final int NLM_F_DUMP = 0x300;
    private static final int NLM_F_ACK = 0x4;
    private static final int NLM_F_CREATE = 0x400;
    private static final int NTF_USE = 1;
    private static final int NDA_DST = 1;
    private static final int NDMSG_SIZE = 12;
    private static final int ATTRIBUTE_HEADER_SIZE = 4;
    private static final int ATTEMPTS = 10;

    private final NetlinkSocket socket;
    private int sequence;

    private RtNetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// Requests in the network namespace of the calling thread.
    public static RtNetlink open() {
        return new RtNetlink(NetlinkSocket.open(0, 0));
    }

    /// All devices, in the kernel's order.
    public List<LinkInfo> links() {
        return dump(RtMessage.RTM_GETLINK, RtMessage.RTM_NEWLINK, LinkParser::parse);
    }

    /// The device `name`; empty when there is none.
    public Optional<LinkInfo> link(String name) {
        return links().stream().filter(link -> link.name().equals(name)).findFirst();
    }

    /// The device with number `ifindex`; empty when there is none.
    public Optional<LinkInfo> link(int ifindex) {
        return links().stream().filter(link -> link.ifindex() == ifindex).findFirst();
    }

    /// All IPv4 and IPv6 addresses.
    public List<AddressInfo> addresses() {
        return dump(RtMessage.RTM_GETADDR, RtMessage.RTM_NEWADDR, AddressParser::parse);
    }

    /// All IPv4 and IPv6 routes of all tables.
    public List<RouteInfo> routes() {
        return dump(RtMessage.RTM_GETROUTE, RtMessage.RTM_NEWROUTE, RouteParser::parse);
    }

    /// All IPv4 and IPv6 neighbours.
    public List<NeighbourInfo> neighbours() {
        return dump(RtMessage.RTM_GETNEIGH, RtMessage.RTM_NEWNEIGH, NeighbourParser::parse);
    }

    /// Which devices forward IPv4 and IPv6.
    public List<ForwardingInfo> forwarding() {
        return dump(RtMessage.RTM_GETNETCONF, RtMessage.RTM_NEWNETCONF, ForwardingParser::parse);
    }

    /// Has the kernel find out a neighbour's link address, as for a packet to it. The answer comes
    /// as an event.
    ///
    /// Needs CAP_NET_ADMIN.
    ///
    /// Kernel: `RTM_NEWNEIGH` with `NTF_USE`.
    public void resolve(int ifindex, InetAddress address) {
        byte[] bytes = address.getAddress();
        int size = RtMessage.HEADER_SIZE + NDMSG_SIZE + ATTRIBUTE_HEADER_SIZE + bytes.length;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message =
                    request(arena, size, RtMessage.RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE);
            message.set(
                    JAVA_BYTE,
                    RtMessage.HEADER_SIZE,
                    (byte) (bytes.length == 4 ? IpBytes.AF_INET : IpBytes.AF_INET6));
            message.set(JAVA_INT, RtMessage.HEADER_SIZE + 4, ifindex);
            message.set(JAVA_BYTE, RtMessage.HEADER_SIZE + 10, (byte) NTF_USE);
            long attribute = RtMessage.HEADER_SIZE + NDMSG_SIZE;
            message.set(JAVA_SHORT, attribute, (short) (ATTRIBUTE_HEADER_SIZE + bytes.length));
            message.set(JAVA_SHORT, attribute + 2, (short) NDA_DST);
            MemorySegment.copy(bytes, 0, message, JAVA_BYTE, attribute + 4, bytes.length);
            socket.send(message);
        }
        receiveDump(RtMessage.RTM_NEWNEIGH, new Dump<Void>(sequence, -1, _ -> Optional.empty()));
    }

    private <T> List<T> dump(int request, int answer, Function<MemorySegment, Optional<T>> parser) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            send(request);
            Dump<T> dump = new Dump<>(sequence, answer, parser);
            receiveDump(request, dump);
            // The list may be torn when something changed while the kernel wrote it.
            if (!dump.interrupted) {
                return List.copyOf(dump.items);
            }
        }
        throw NativeException.of(
                "recv",
                subject(request),
                Errno.EAGAIN,
                "the devices changed during each of " + ATTEMPTS + " dumps; try again later");
    }

    private void receiveDump(int request, Dump<?> dump) {
        while (!dump.done) {
            int received = socket.receive();
            if (received < 0) {
                throw failed(request, received);
            }
            RtMessage.walk(socket.datagram(received), dump::visit);
        }
        if (dump.error < 0) {
            throw failed(request, dump.error);
        }
    }

    private void send(int request) {
        try (Arena arena = Arena.ofConfined()) {
            int size = RtMessage.HEADER_SIZE + bodySize(request);
            socket.send(request(arena, size, request, NLM_F_DUMP));
        }
    }

    private MemorySegment request(Arena arena, int size, int type, int flags) {
        sequence++;
        MemorySegment message = arena.allocate(size, 4);
        message.set(JAVA_INT, 0, size);
        message.set(JAVA_SHORT, 4, (short) type);
        message.set(JAVA_SHORT, 6, (short) (NLM_F_REQUEST | flags));
        message.set(JAVA_INT, 8, sequence);
        return message;
    }

    /// Bytes of the fixed part that the kernel expects: more would read as attributes.
    private static int bodySize(int request) {
        return switch (request) {
            case RtMessage.RTM_GETROUTE, RtMessage.RTM_GETNEIGH -> NDMSG_SIZE;
            case RtMessage.RTM_GETNETCONF -> 4;
            default -> 16;
        };
    }

    private static NativeException failed(int request, int errno) {
        return NativeException.of("recv", subject(request), errno);
    }

    private static String subject(int request) {
        return "AF_NETLINK, "
                + switch (request) {
                    case RtMessage.RTM_GETLINK -> "RTM_GETLINK";
                    case RtMessage.RTM_GETADDR -> "RTM_GETADDR";
                    case RtMessage.RTM_GETROUTE -> "RTM_GETROUTE";
                    case RtMessage.RTM_GETNEIGH -> "RTM_GETNEIGH";
                    case RtMessage.RTM_GETNETCONF -> "RTM_GETNETCONF";
                    default -> "RTM_NEWNEIGH";
                };
    }

    @Override
    public void close() {
        socket.close();
    }

    /// What a dump has given so far.
    private static final class Dump<T> {
        private final int sequence;
        private final int answer;
        private final Function<MemorySegment, Optional<T>> parser;
        private final List<T> items = new ArrayList<>();
        private boolean done;
        private boolean interrupted;
        private int error;

        Dump(int sequence, int answer, Function<MemorySegment, Optional<T>> parser) {
            this.sequence = sequence;
            this.answer = answer;
            this.parser = parser;
        }

        boolean visit(RtMessage message) {
            if (message.sequence() != sequence) {
                return true; // left over from a dump that was given up
            }
            interrupted |= (message.flags() & RtMessage.NLM_F_DUMP_INTR) != 0;
            if (message.type() == RtMessage.NLMSG_DONE || message.type() == RtMessage.NLMSG_ERROR) {
                error = message.error();
                done = true;
            } else if (message.type() == answer) {
                parser.apply(message.payload()).ifPresent(items::add);
            }
            return !done;
        }
    }
}
