package io.xdp4j.linux.afpacket;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.xdp4j.linux.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Set-up of packet sockets, on plain descriptors.
///
/// The order that works: [#open], the options, the rings, [#bind], then [#joinFanout].
///
/// - Thread: any.
/// - Owns: nothing; who opens a socket closes it with [Fd#close][io.xdp4j.linux.Fd#close].
/// - Fails: throws [NativeException][io.xdp4j.linux.NativeException]; needs `CAP_NET_RAW`.
/// - Kernel: `packet(7)`, net/packet/af_packet.c.
public final class PacketSocket {
    private static final int STATISTICS_SIZE = 12;
    private static final int MREQ_SIZE = 16;
    private static final int MREQ_TYPE = 4;

    // `struct sock_fprog` and `struct sock_filter`
    private static final int FILTER_PROGRAM_SIZE = 16;
    private static final int FILTER_PROGRAM_INSNS = 8;
    private static final int FILTER_INSN_SIZE = 8;
    private static final short BPF_RET_K = 0x06;

    private PacketSocket() {}

    /// A non-blocking raw socket that receives nothing until [#bind]: otherwise it would see the
    /// frames of all devices in between.
    public static int open() {
        return Sockets.socket(Sockets.AF_PACKET, Sockets.SOCK_RAW | Sockets.SOCK_NONBLOCK, 0);
    }

    /// Starts to receive.
    ///
    /// @param protocol EtherType in host order, such as [AfPacket#ETH_P_ALL]; 0 for a socket that
    ///   only sends
    /// @param ifindex the device
    public static void bind(int fd, int protocol, int ifindex) {
        try (Arena arena = Arena.ofConfined()) {
            Sockets.bind(
                    fd, SockaddrLl.of(arena, protocol, ifindex), "AF_PACKET, ifindex=" + ifindex);
        }
    }

    /// Sets an `int` option of `SOL_PACKET`, such as [AfPacket#PACKET_VNET_HDR] to 1.
    public static void setOption(int fd, int option, int value) {
        Sockets.setOption(fd, Sockets.SOL_PACKET, option, value);
    }

    /// Joins the group of sockets that share the frames of a device. The socket must be bound, the
    /// device up, and mode and flags the same in the whole group.
    ///
    /// @param groupU16 group id, unsigned; unique in the network namespace
    /// @param mode one of `PACKET_FANOUT_*`, with bits of `PACKET_FANOUT_FLAG_*`
    public static void joinFanout(int fd, int groupU16, int mode) {
        setOption(fd, AfPacket.PACKET_FANOUT, (groupU16 & 0xffff) | mode << 16);
    }

    /// The group id of a socket, which the kernel chose with `PACKET_FANOUT_FLAG_UNIQUEID`.
    public static int fanoutGroup(int fd) {
        return Sockets.option(fd, Sockets.SOL_PACKET, AfPacket.PACKET_FANOUT) & 0xffff;
    }

    /// Puts the device in promiscuous mode while the socket is open.
    public static void addPromiscuous(int fd, int ifindex) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(MREQ_SIZE, 4);
            request.set(JAVA_INT, 0, ifindex);
            request.set(JAVA_SHORT, MREQ_TYPE, (short) AfPacket.PACKET_MR_PROMISC);
            Sockets.setOption(fd, Sockets.SOL_PACKET, AfPacket.PACKET_ADD_MEMBERSHIP, request);
        }
    }

    /// Has the socket take no more frames; what its ring holds stays there. Unlike binding to no
    /// protocol it works in a fanout group.
    ///
    /// Kernel: `SO_ATTACH_FILTER` with one instruction, `ret #0`.
    public static void refuseAll(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocate(FILTER_INSN_SIZE, 4);
            filter.set(JAVA_SHORT, 0, BPF_RET_K);
            MemorySegment program = arena.allocate(FILTER_PROGRAM_SIZE, 8);
            program.set(JAVA_SHORT, 0, (short) 1);
            program.set(ADDRESS, FILTER_PROGRAM_INSNS, filter);
            Sockets.setOption(fd, Sockets.SOL_SOCKET, Sockets.SO_ATTACH_FILTER, program);
        }
    }

    /// Makes a receive ring; set `PACKET_VERSION` first, and map the descriptor after.
    public static void setRxRing(int fd, TpacketReq3 request) {
        setRing(fd, AfPacket.PACKET_RX_RING, request);
    }

    /// Makes a send ring; with both, it is mapped after the receive ring.
    public static void setTxRing(int fd, TpacketReq3 request) {
        setRing(fd, AfPacket.PACKET_TX_RING, request);
    }

    private static void setRing(int fd, int option, TpacketReq3 request) {
        try (Arena arena = Arena.ofConfined()) {
            Sockets.setOption(fd, Sockets.SOL_PACKET, option, request.write(arena));
        }
    }

    /// Frames and drops since the last call, which sets the kernel's counts back.
    public static PacketStatistics statistics(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(STATISTICS_SIZE, 4);
            Sockets.option(fd, Sockets.SOL_PACKET, AfPacket.PACKET_STATISTICS, memory);
            return new PacketStatistics(
                    Integer.toUnsignedLong(memory.get(JAVA_INT, 0)),
                    Integer.toUnsignedLong(memory.get(JAVA_INT, 4)),
                    Integer.toUnsignedLong(memory.get(JAVA_INT, 8)));
        }
    }
}
