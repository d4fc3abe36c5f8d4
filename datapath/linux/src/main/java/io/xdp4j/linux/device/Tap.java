package io.xdp4j.linux.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.xdp4j.linux.Fd;
import io.xdp4j.linux.Ioctl;
import io.xdp4j.linux.NativeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One queue of a TAP device, as a non-blocking descriptor: a read takes one frame that the kernel
/// sends to the device, a write gives the kernel one frame to receive.
///
/// Each frame comes after a [virtio_net_hdr][io.xdp4j.linux.afpacket.VirtioNetHdr] when opened with
/// [#IFF_VNET_HDR]. The device lives in the network namespace of the thread that opens it, and goes
/// away with its last queue unless made persistent.
///
/// - Thread: one reader and one writer at a time.
/// - Owns: the descriptor until [#close()].
/// - Fails: throws [NativeException]; needs `CAP_NET_ADMIN`.
/// - Kernel: `/dev/net/tun`, `TUNSETIFF`, drivers/net/tun.c.
public final class Tap implements AutoCloseable {
    /// Ethernet frames; always set.
    public static final int IFF_TAP = 0x0002;

    /// No protocol header of 4 bytes before each frame; always set.
    public static final int IFF_NO_PI = 0x1000;

    /// Several queues: open once for each, all with this flag.
    public static final int IFF_MULTI_QUEUE = 0x0100;

    /// A `virtio_net_hdr` before each frame.
    public static final int IFF_VNET_HDR = 0x4000;

    /// Fail with `EBUSY` when the device exists.
    public static final int IFF_TUN_EXCL = 0x8000;

    /// We finish checksums: the kernel may send frames that need it.
    public static final int TUN_F_CSUM = 0x01;

    /// We take TCP over IPv4 segments up to 64 KB.
    public static final int TUN_F_TSO4 = 0x02;

    /// We take TCP over IPv6 segments up to 64 KB.
    public static final int TUN_F_TSO6 = 0x04;

    /// We take TCP segments with ECN bits.
    public static final int TUN_F_TSO_ECN = 0x08;

    /// We take UDP over IPv4 segments, Linux 6.2.
    public static final int TUN_F_USO4 = 0x20;

    /// We take UDP over IPv6 segments, Linux 6.2.
    public static final int TUN_F_USO6 = 0x40;

    private static final String DEVICE = "/dev/net/tun";
    private static final long TUNSETIFF = 0x4004_54caL;
    private static final long TUNSETPERSIST = 0x4004_54cbL;
    private static final long TUNSETOFFLOAD = 0x4004_54d0L;
    private static final long TUNGETVNETHDRSZ = 0x8004_54d7L;
    private static final long TUNSETVNETHDRSZ = 0x4004_54d8L;
    private static final long TUNSETCARRIER = 0x4004_54e2L;

    private final String name;
    private int fd;

    private Tap(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /// Opens a queue of the device `name`, which is made when there is none.
    ///
    /// @param name 1..15 bytes; one that contains `%d` gets the first free number
    /// @param flags further bits of [#IFF_VNET_HDR], [#IFF_MULTI_QUEUE] and [#IFF_TUN_EXCL]
    public static Tap open(String name, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = IfReqLayout.of(arena, name);
            int all = flags | IFF_TAP | IFF_NO_PI;
            request.set(JAVA_SHORT, IfReqLayout.UNION, (short) all);
            int fd = Fd.open(DEVICE, Fd.O_RDWR | Fd.O_NONBLOCK);
            try {
                Ioctl.call(fd, TUNSETIFF, request, "TUNSETIFF, " + name);
            } catch (NativeException e) {
                Fd.close(fd);
                throw e;
            }
            return new Tap(IfReqLayout.name(request), fd);
        }
    }

    /// The descriptor, for polling, reading and writing; -1 after [#close()].
    public int fd() {
        return fd;
    }

    /// The name the kernel gave the device.
    public String name() {
        return name;
    }

    /// Bytes of the `virtio_net_hdr` before each frame, for this queue.
    public int vnetHdrSizeBytes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_INT);
            Ioctl.call(fd, TUNGETVNETHDRSZ, size, "TUNGETVNETHDRSZ, " + name);
            return size.get(JAVA_INT, 0);
        }
    }

    /// Sets the bytes of the `virtio_net_hdr` before each frame: 10, or 12 with `num_buffers`.
    public void setVnetHdrSize(int sizeBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocateFrom(JAVA_INT, sizeBytes);
            Ioctl.call(fd, TUNSETVNETHDRSZ, size, "TUNSETVNETHDRSZ, " + name);
        }
    }

    /// Tells the kernel which unfinished frames we take; without this it finishes all.
    ///
    /// @param offloads bits `TUN_F_*`; none but with [#IFF_VNET_HDR], and `TSO` only with `CSUM`
    public void setOffload(int offloads) {
        set(TUNSETOFFLOAD, offloads, "TUNSETOFFLOAD, " + name);
    }

    /// Whether the device stays when its last queue closes.
    public void setPersistent(boolean persistent) {
        set(TUNSETPERSIST, persistent ? 1 : 0, "TUNSETPERSIST, " + name);
    }

    /// Gives the device a carrier or takes it away, as a cable would.
    public void setCarrier(boolean carrier) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment on = arena.allocateFrom(JAVA_INT, carrier ? 1 : 0);
            Ioctl.call(fd, TUNSETCARRIER, on, "TUNSETCARRIER, " + name);
        }
    }

    private void set(long request, long value, String subject) {
        int result = Ioctl.ioctl(fd, request, value);
        if (result < 0) {
            throw NativeException.of("ioctl", subject, result);
        }
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Fd.close(fd);
            fd = -1;
        }
    }

    @Override
    public String toString() {
        return "Tap[name=" + name + ", fd=" + fd + ']';
    }
}
