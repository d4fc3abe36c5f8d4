package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A netlink socket and the buffer it receives into.
///
/// - Thread: one at a time.
/// - Owns: descriptor and buffer until closed.
/// - Kernel: `netlink(7)`, `struct sockaddr_nl`.
final class NetlinkSocket implements AutoCloseable {
    private static final int NETLINK_ROUTE = 0;
    private static final int SOCKADDR_SIZE = 12;
    private static final int SOCKADDR_PID = 4;
    private static final int SOCKADDR_GROUPS = 8;

    // Dumps come in datagrams of at most 32 KB, events are smaller.
    private static final int BUFFER_BYTES = 1 << 16;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
    private final MemorySegment sender = arena.allocate(SOCKADDR_SIZE, 4);
    private final MemorySegment senderLength = arena.allocate(JAVA_INT);
    private int fd;

    private NetlinkSocket(int fd) {
        this.fd = fd;
    }

    /// A socket that receives the events of `groups`; 0 for none.
    static NetlinkSocket open(int typeFlags, int groups) {
        return open(NETLINK_ROUTE, typeFlags, groups);
    }

    /// A socket of another netlink protocol.
    static NetlinkSocket open(int protocol, int typeFlags, int groups) {
        int fd = Sockets.socket(Sockets.AF_NETLINK, Sockets.SOCK_RAW | typeFlags, protocol);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_SIZE, 4);
            address.set(JAVA_SHORT, 0, (short) Sockets.AF_NETLINK);
            address.set(JAVA_INT, SOCKADDR_GROUPS, groups);
            Sockets.bind(fd, address, "AF_NETLINK, protocol=" + protocol + ", groups=" + groups);
        } catch (NativeException e) {
            Fd.close(fd);
            throw e;
        }
        return new NetlinkSocket(fd);
    }

    int fd() {
        return fd;
    }

    void send(MemorySegment request) {
        int sent = Sockets.send(fd, request.address(), (int) request.byteSize(), 0);
        if (sent < 0) {
            throw NativeException.of("send", "AF_NETLINK", sent);
        }
    }

    /// Receives the next datagram of the kernel: its bytes, or `-errno`, which is `-EMSGSIZE` for
    /// one that does not fit. Those of other processes are dropped.
    int receive() {
        while (true) {
            senderLength.set(JAVA_INT, 0, SOCKADDR_SIZE);
            int received =
                    Sockets.recvfrom(
                            fd,
                            buffer.address(),
                            BUFFER_BYTES,
                            Sockets.MSG_TRUNC,
                            sender.address(),
                            senderLength.address());
            if (received == -Errno.EINTR) {
                continue;
            }
            if (received < 0 || sender.get(JAVA_INT, SOCKADDR_PID) == 0) {
                return received > BUFFER_BYTES ? -Errno.EMSGSIZE : received;
            }
        }
    }

    /// The first `lengthBytes` of what was received; valid until the next [#receive()].
    MemorySegment datagram(int lengthBytes) {
        return buffer.asSlice(0, lengthBytes);
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Fd.close(fd);
            fd = -1;
            arena.close();
        }
    }
}
