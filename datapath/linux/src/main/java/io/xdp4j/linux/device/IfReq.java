package io.xdp4j.linux.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.xdp4j.linux.Ioctl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Index, name, address, MTU and flags of the devices of one network namespace: that of the thread
/// which opens this.
///
/// - Thread: any.
/// - Owns: a socket until [#close()].
/// - Fails: throws [NativeException][io.xdp4j.linux.NativeException], `ENODEV` for an unknown
///   device; a name that no device can have throws [IllegalArgumentException].
/// - Kernel: `netdevice(7)`, `struct ifreq`, net/core/dev_ioctl.c.
public final class IfReq implements AutoCloseable {
    public static final int IFF_UP = 0x1;
    public static final int IFF_BROADCAST = 0x2;
    public static final int IFF_LOOPBACK = 0x8;
    public static final int IFF_POINTOPOINT = 0x10;
    public static final int IFF_RUNNING = 0x40;
    public static final int IFF_NOARP = 0x80;
    public static final int IFF_PROMISC = 0x100;
    public static final int IFF_ALLMULTI = 0x200;
    public static final int IFF_MULTICAST = 0x1000;
    public static final int IFF_LOWER_UP = 0x10000;

    private static final int SIOCGIFNAME = 0x8910;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int SIOCGIFMTU = 0x8921;
    private static final int SIOCSIFMTU = 0x8922;
    private static final int SIOCSIFHWADDR = 0x8924;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int SIOCGIFINDEX = 0x8933;

    private static final int SA_DATA = IfReqLayout.UNION + 2;
    private static final short ARPHRD_ETHER = 1;

    private final ControlSocket socket = ControlSocket.open();

    private IfReq() {}

    /// Requests in the network namespace of the calling thread.
    public static IfReq open() {
        return new IfReq();
    }

    /// The kernel's number of the device, above 0.
    public int index(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = call(arena, name, SIOCGIFINDEX, "SIOCGIFINDEX");
            return request.get(JAVA_INT, IfReqLayout.UNION);
        }
    }

    /// The name of the device with number `ifindex`.
    public String name(int ifindex) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IfReqLayout.SIZE, 8);
            request.set(JAVA_INT, IfReqLayout.UNION, ifindex);
            Ioctl.call(socket.fd(), SIOCGIFNAME, request, "SIOCGIFNAME, ifindex=" + ifindex);
            return IfReqLayout.name(request);
        }
    }

    /// The address of an Ethernet-like device; zero for one without.
    public MacAddress hardwareAddress(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return MacAddress.of(call(arena, name, SIOCGIFHWADDR, "SIOCGIFHWADDR"), SA_DATA);
        }
    }

    /// Changes the address of an Ethernet device; some drivers want it down (`EBUSY`).
    public void setHardwareAddress(String name, MacAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = IfReqLayout.of(arena, name);
            request.set(JAVA_SHORT, IfReqLayout.UNION, ARPHRD_ETHER);
            address.writeTo(request, SA_DATA);
            call(request, SIOCSIFHWADDR, "SIOCSIFHWADDR, " + name + ", " + address);
        }
    }

    /// Bytes of the largest packet, without the Ethernet header.
    public int mtu(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return call(arena, name, SIOCGIFMTU, "SIOCGIFMTU").get(JAVA_INT, IfReqLayout.UNION);
        }
    }

    /// Changes the MTU.
    ///
    /// @param mtuBytes without the Ethernet header
    public void setMtu(String name, int mtuBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = IfReqLayout.of(arena, name);
            request.set(JAVA_INT, IfReqLayout.UNION, mtuBytes);
            call(request, SIOCSIFMTU, "SIOCSIFMTU, " + name + ", mtu=" + mtuBytes);
        }
    }

    /// The low 16 of the bits `IFF_*`.
    public int flags(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = call(arena, name, SIOCGIFFLAGS, "SIOCGIFFLAGS");
            return request.get(JAVA_SHORT, IfReqLayout.UNION) & 0xffff;
        }
    }

    /// Replaces the low 16 of the bits `IFF_*`; the kernel ignores those it does not let change.
    public void setFlags(String name, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = IfReqLayout.of(arena, name);
            request.set(JAVA_SHORT, IfReqLayout.UNION, (short) flags);
            call(request, SIOCSIFFLAGS, "SIOCSIFFLAGS, " + name);
        }
    }

    /// Whether the device is set up, with or without a carrier.
    public boolean isUp(String name) {
        return (flags(name) & IFF_UP) != 0;
    }

    /// Sets the device up or down.
    public void setUp(String name, boolean up) {
        int flags = flags(name);
        setFlags(name, up ? flags | IFF_UP : flags & ~IFF_UP);
    }

    private MemorySegment call(Arena arena, String name, int code, String codeName) {
        MemorySegment request = IfReqLayout.of(arena, name);
        call(request, code, codeName + ", " + name);
        return request;
    }

    private void call(MemorySegment request, int code, String subject) {
        Ioctl.call(socket.fd(), code, request, subject);
    }

    @Override
    public void close() {
        socket.close();
    }
}
