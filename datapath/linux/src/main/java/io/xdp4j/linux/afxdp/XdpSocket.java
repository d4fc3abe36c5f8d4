package io.xdp4j.linux.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.xdp4j.linux.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Set-up of AF_XDP sockets, on plain descriptors.
///
/// The order that works: [#open], [#registerUmem], the fill and completion rings, the RX or TX ring,
/// [#bind].
///
/// - Thread: any.
/// - Owns: nothing; who opens a socket closes it with [Fd#close][io.xdp4j.linux.Fd#close].
/// - Fails: throws [NativeException][io.xdp4j.linux.NativeException]; needs `CAP_NET_RAW`.
/// - Kernel: net/xdp/xsk.c.
public final class XdpSocket {
    private static final int RINGS = 4;
    private static final int OFFSET_WORDS = 4;

    private XdpSocket() {}

    public static int open() {
        return Sockets.socket(Sockets.AF_XDP, Sockets.SOCK_RAW, 0);
    }

    public static void registerUmem(int fd, UmemReg reg) {
        try (Arena arena = Arena.ofConfined()) {
            Sockets.setOption(fd, Sockets.SOL_XDP, AfXdp.XDP_UMEM_REG, reg.write(arena));
        }
    }

    /// Makes a ring.
    ///
    /// @param option [AfXdp#XDP_RX_RING], [AfXdp#XDP_TX_RING], [AfXdp#XDP_UMEM_FILL_RING] or
    ///   [AfXdp#XDP_UMEM_COMPLETION_RING]
    /// @param entries a power of two
    public static void setRing(int fd, int option, int entries) {
        Sockets.setOption(fd, Sockets.SOL_XDP, option, entries);
    }

    /// Sets how many packets one `sendto` sends in copy mode. Linux 6.18.
    public static void setMaxTxBudget(int fd, int packets) {
        Sockets.setOption(fd, Sockets.SOL_XDP, AfXdp.XDP_MAX_TX_SKB_BUDGET, packets);
    }

    public static MmapOffsets mmapOffsets(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(JAVA_LONG, RINGS * OFFSET_WORDS);
            Sockets.option(fd, Sockets.SOL_XDP, AfXdp.XDP_MMAP_OFFSETS, memory);
            return new MmapOffsets(
                    offsets(memory, 0), offsets(memory, 1), offsets(memory, 2), offsets(memory, 3));
        }
    }

    private static RingOffsets offsets(MemorySegment memory, int ring) {
        int first = ring * OFFSET_WORDS;
        return new RingOffsets(
                word(memory, first),
                word(memory, first + 1),
                word(memory, first + 3),
                word(memory, first + 2));
    }

    private static int word(MemorySegment memory, int index) {
        return Math.toIntExact(memory.getAtIndex(JAVA_LONG, index));
    }

    public static void bind(int fd, SockaddrXdp address) {
        try (Arena arena = Arena.ofConfined()) {
            Sockets.bind(fd, address.write(arena), address.subject());
        }
    }

    /// Counters since the socket was opened.
    public static XdpStatistics statistics(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(XdpStatistics.SIZE, 8);
            Sockets.option(fd, Sockets.SOL_XDP, AfXdp.XDP_STATISTICS, memory);
            long[] words = memory.toArray(JAVA_LONG);
            return new XdpStatistics(words[0], words[1], words[2], words[3], words[4], words[5]);
        }
    }

    /// The same as kernels before 5.9 give it.
    public static XdpStatistics shortStatistics(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(XdpStatistics.SHORT_SIZE, 8);
            Sockets.option(fd, Sockets.SOL_XDP, AfXdp.XDP_STATISTICS, memory);
            long[] words = memory.toArray(JAVA_LONG);
            return new XdpStatistics(words[0], words[1], words[2], 0, 0, 0);
        }
    }

    /// Whether the bound socket shares its memory with the driver.
    public static boolean isZeroCopy(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flags = arena.allocate(JAVA_INT);
            Sockets.option(fd, Sockets.SOL_XDP, AfXdp.XDP_OPTIONS, flags);
            return (flags.get(JAVA_INT, 0) & AfXdp.XDP_OPTIONS_ZEROCOPY) != 0;
        }
    }
}
