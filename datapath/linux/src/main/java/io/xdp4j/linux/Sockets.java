package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Socket calls on plain descriptors.
///
/// Close a socket with [Fd#close(int)]. A socket belongs to the network namespace of the thread
/// that made it, and may then be used in any thread.
///
/// - Thread: any.
/// - Owns: nothing; who makes a socket closes it.
/// - Fails: the control calls throw [NativeException]. The data calls ([#send], [#recv],
///   [#recvfrom], [#sendmmsg], [#recvmmsg]) return `-errno`, never throw and allocate nothing.
/// - Kernel: `socket(2)`, `bind(2)`, `setsockopt(2)`, `sendmmsg(2)`, `recvmmsg(2)`, ….
public final class Sockets {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int AF_PACKET = 17;
    public static final int AF_XDP = 44;

    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = 0x800;
    public static final int SOCK_CLOEXEC = 0x80000;

    public static final int SOL_SOCKET = 1;
    public static final int SOL_PACKET = 263;
    public static final int SOL_NETLINK = 270;
    public static final int SOL_XDP = 283;

    public static final int SO_ERROR = 4;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_ATTACH_FILTER = 26;
    public static final int SO_DETACH_FILTER = 27;
    public static final int SO_SNDBUFFORCE = 32;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int SO_BUSY_POLL = 46;
    public static final int SO_ATTACH_BPF = 50;
    public static final int SO_PREFER_BUSY_POLL = 69;
    public static final int SO_BUSY_POLL_BUDGET = 70;

    public static final int MSG_PEEK = 0x02;
    public static final int MSG_CTRUNC = 0x08;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_WAITFORONE = 0x10000;

    private static final MethodHandle SOCKET =
            Downcall.of("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND =
            Downcall.of("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKNAME =
            Downcall.of("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SETSOCKOPT =
            Downcall.of("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            Downcall.of("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SENDTO =
            Downcall.of(
                    "sendto", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG,
                    JAVA_INT);
    private static final MethodHandle RECVFROM =
            Downcall.of(
                    "recvfrom",
                    JAVA_LONG,
                    JAVA_INT,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_INT,
                    JAVA_LONG,
                    JAVA_LONG);
    private static final MethodHandle SENDMMSG =
            Downcall.of("sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle RECVMMSG =
            Downcall.of("recvmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);

    private Sockets() {}

    /// Makes a socket; `SOCK_CLOEXEC` is added.
    ///
    /// @param protocol as the call wants it: network order for `AF_PACKET`, where 0 receives
    ///   nothing until [#bind] names a protocol
    public static int socket(int domain, int type, int protocol) {
        MemorySegment slot = Downcall.errnoSlot();
        int fd;
        try {
            int flags = type | SOCK_CLOEXEC;
            fd = Downcall.result((int) SOCKET.invokeExact(slot, domain, flags, protocol), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
        if (fd < 0) {
            throw NativeException.of("socket", SocketNames.domain(domain), fd);
        }
        return fd;
    }

    /// Binds to a raw `struct sockaddr`.
    ///
    /// @param subject what it binds to, for the message: `AF_PACKET, ifindex=7`
    public static void bind(int fd, MemorySegment sockaddr, String subject) {
        MemorySegment slot = Downcall.errnoSlot();
        int result;
        try {
            int length = (int) sockaddr.byteSize();
            result =
                    Downcall.result(
                            (int) BIND.invokeExact(slot, fd, sockaddr.address(), length), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
        if (result < 0) {
            throw NativeException.of("bind", subject, result);
        }
    }

    /// Writes the bound address into `sockaddr` and returns its length in bytes, which may exceed
    /// the segment.
    public static int getsockname(int fd, MemorySegment sockaddr) {
        MemorySegment slot = Downcall.errnoSlot();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) sockaddr.byteSize());
            int result =
                    Downcall.result(
                            (int)
                                    GETSOCKNAME.invokeExact(
                                            slot, fd, sockaddr.address(), length.address()),
                            slot);
            if (result < 0) {
                throw NativeException.of("getsockname", "fd=" + fd, result);
            }
            return length.get(JAVA_INT, 0);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Sets an `int` option.
    public static void setOption(int fd, int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            setOption(fd, level, name, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /// Sets an option from memory.
    public static void setOption(int fd, int level, int name, MemorySegment value) {
        int result = setsockopt(fd, level, name, value.address(), (int) value.byteSize());
        if (result < 0) {
            throw NativeException.of("setsockopt", SocketNames.option(fd, level, name), result);
        }
    }

    /// Sets an option from raw memory: 0 or `-errno`. For probing what the kernel knows.
    public static int setsockopt(int fd, int level, int name, long value, int lengthBytes) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return Downcall.result(
                    (int) SETSOCKOPT.invokeExact(slot, fd, level, name, value, lengthBytes), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Reads an `int` option.
    public static int option(int fd, int level, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            option(fd, level, name, value);
            return value.get(JAVA_INT, 0);
        }
    }

    /// Reads an option into memory and returns how many bytes it has.
    public static int option(int fd, int level, int name, MemorySegment value) {
        MemorySegment slot = Downcall.errnoSlot();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            int result =
                    Downcall.result(
                            (int)
                                    GETSOCKOPT.invokeExact(
                                            slot,
                                            fd,
                                            level,
                                            name,
                                            value.address(),
                                            length.address()),
                            slot);
            if (result < 0) {
                throw NativeException.of("getsockopt", SocketNames.option(fd, level, name), result);
            }
            return length.get(JAVA_INT, 0);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Sends one message from raw memory: bytes sent, or `-errno`.
    public static int send(int fd, long address, int lengthBytes, int flags) {
        return sendto(fd, address, lengthBytes, flags, 0, 0);
    }

    /// Sends one message to a raw `struct sockaddr`: bytes sent, or `-errno`.
    public static int sendto(
            int fd, long address, int lengthBytes, int flags, long sockaddr, int sockaddrBytes) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return (int)
                    Downcall.result(
                            (long)
                                    SENDTO.invokeExact(
                                            slot,
                                            fd,
                                            address,
                                            (long) lengthBytes,
                                            flags,
                                            sockaddr,
                                            sockaddrBytes),
                            slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Receives one message into raw memory: its bytes, or `-errno`. With `MSG_TRUNC` the result is
    /// the full length of a message that did not fit.
    public static int recv(int fd, long address, int lengthBytes, int flags) {
        return recvfrom(fd, address, lengthBytes, flags, 0, 0);
    }

    /// Receives one message and its sender: its bytes, or `-errno`.
    ///
    /// @param sockaddr raw memory of the sender's address
    /// @param sockaddrLength raw `int`: the room there, then the length of the address
    public static int recvfrom(
            int fd, long address, int lengthBytes, int flags, long sockaddr, long sockaddrLength) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return (int)
                    Downcall.result(
                            (long)
                                    RECVFROM.invokeExact(
                                            slot,
                                            fd,
                                            address,
                                            (long) lengthBytes,
                                            flags,
                                            sockaddr,
                                            sockaddrLength),
                            slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Sends up to `count` messages of a raw `struct mmsghdr` array: how many were sent, or
    /// `-errno` when the first one failed. See [MsgBatch].
    public static int sendmmsg(int fd, long messages, int count, int flags) {
        return sendmmsg(Downcall.errnoSlot(), fd, messages, count, flags);
    }

    static int sendmmsg(MemorySegment slot, int fd, long messages, int count, int flags) {
        try {
            return Downcall.result(
                    (int) SENDMMSG.invokeExact(slot, fd, messages, count, flags), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Receives up to `count` messages into a raw `struct mmsghdr` array: how many came, or
    /// `-errno`. See [MsgBatch].
    public static int recvmmsg(int fd, long messages, int count, int flags) {
        return recvmmsg(Downcall.errnoSlot(), fd, messages, count, flags);
    }

    static int recvmmsg(MemorySegment slot, int fd, long messages, int count, int flags) {
        try {
            return Downcall.result(
                    (int) RECVMMSG.invokeExact(slot, fd, messages, count, flags, 0L), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }
}
