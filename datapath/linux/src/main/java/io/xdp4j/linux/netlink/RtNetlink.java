package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Lists the devices and addresses of one network namespace: that of the thread which opens this.
///
/// To follow changes, subscribe with [NetlinkMonitor] first and list after, so that nothing falls
/// between.
///
/// - Thread: one at a time. The calls block only for the kernel to copy.
/// - Owns: a socket and its buffer until [#close()].
/// - Fails: throws [NativeException].
/// - Kernel: `RTM_GETLINK` and `RTM_GETADDR` with `NLM_F_DUMP`, `rtnetlink(7)`.
public final class RtNetlink implements AutoCloseable {
    private static final int NLM_F_REQUEST = 0x1;
    private static final int NLM_F_DUMP = 0x300;
    private static final int REQUEST_SIZE = RtMessage.HEADER_SIZE + 16;
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

    private <T> List<T> dump(int request, int answer, Function<MemorySegment, Optional<T>> parser) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            send(request);
            Dump<T> dump = new Dump<>(sequence, answer, parser);
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

    private void send(int request) {
        sequence++;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(REQUEST_SIZE, 4);
            message.set(JAVA_INT, 0, REQUEST_SIZE);
            message.set(JAVA_SHORT, 4, (short) request);
            message.set(JAVA_SHORT, 6, (short) (NLM_F_REQUEST | NLM_F_DUMP));
            message.set(JAVA_INT, 8, sequence);
            socket.send(message);
        }
    }

    private static NativeException failed(int request, int errno) {
        return NativeException.of("recv", subject(request), errno);
    }

    private static String subject(int request) {
        String name = request == RtMessage.RTM_GETLINK ? "RTM_GETLINK" : "RTM_GETADDR";
        return "AF_NETLINK, " + name;
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
