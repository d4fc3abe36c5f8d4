package io.xdp4j.linux.afpacket;

import io.xdp4j.linux.memory.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Address of a packet socket: the device, and for a received frame where it came from.
///
/// - Thread: any.
/// - Fails: never; raw addresses are not checked.
/// - Kernel: `struct sockaddr_ll`.
public final class SockaddrLl {
    public static final int SIZE = 20;

    private static final int FAMILY = 0;
    private static final int PROTOCOL = 2;
    private static final int IFINDEX = 4;
    private static final int HATYPE = 8;
    private static final int PKTTYPE = 10;
    private static final short AF_PACKET = 17;

    private SockaddrLl() {}

    /// An address to bind to.
    ///
    /// @param protocol EtherType in host order, such as [AfPacket#ETH_P_ALL]
    /// @param ifindex device, or 0 for all
    public static MemorySegment of(Arena arena, int protocol, int ifindex) {
        MemorySegment memory = arena.allocate(SIZE, 4);
        write(memory.address(), protocol, ifindex);
        return memory;
    }

    /// Writes an address to bind to at a raw address.
    public static void write(long address, int protocol, int ifindex) {
        RawMemory.clear(address, SIZE);
        RawMemory.putShort(address + FAMILY, AF_PACKET);
        RawMemory.putU16be(address + PROTOCOL, protocol);
        RawMemory.putInt(address + IFINDEX, ifindex);
    }

    /// EtherType of the frame, in host order.
    public static int protocol(long address) {
        return RawMemory.getU16be(address + PROTOCOL);
    }

    /// Device that the frame came in on.
    public static int ifindex(long address) {
        return RawMemory.getInt(address + IFINDEX);
    }

    /// Kind of device, `ARPHRD_*`; 1 is Ethernet.
    public static int hardwareType(long address) {
        return RawMemory.getU16(address + HATYPE);
    }

    /// To whom the frame was addressed: [AfPacket#PACKET_HOST] to [AfPacket#PACKET_OUTGOING].
    public static int packetType(long address) {
        return RawMemory.getU8(address + PKTTYPE);
    }
}
