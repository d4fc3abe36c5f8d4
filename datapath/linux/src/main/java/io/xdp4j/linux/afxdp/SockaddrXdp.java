package io.xdp4j.linux.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.xdp4j.linux.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What an AF_XDP socket binds to.
///
/// - Kernel: `struct sockaddr_xdp`.
///
/// @param flags bits of `XDP_SHARED_UMEM`, `XDP_COPY`, ...
/// @param ifindex the device
/// @param queue its receive queue
/// @param sharedUmemFd the socket whose UMEM is shared, with `XDP_SHARED_UMEM`
public record SockaddrXdp(int flags, int ifindex, int queue, int sharedUmemFd) {
    static final int SIZE = 16;

    MemorySegment write(Arena arena) {
        MemorySegment memory = arena.allocate(SIZE, 4);
        memory.set(JAVA_SHORT, 0, (short) Sockets.AF_XDP);
        memory.set(JAVA_SHORT, 2, (short) flags);
        memory.set(JAVA_INT, 4, ifindex);
        memory.set(JAVA_INT, 8, queue);
        memory.set(JAVA_INT, 12, sharedUmemFd);
        return memory;
    }

    /// Subject of messages: `AF_XDP, ifindex=7, queue=3`.
    public String subject() {
        return "AF_XDP, ifindex=" + ifindex + ", queue=" + queue;
    }
}
