package io.xdp4j.linux.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.NeedsNetNamespaces;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.Sockets;
import io.xdp4j.linux.TestNamespace;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.linux.afpacket.VirtioNetHdr;
import io.xdp4j.linux.memory.RawMemory;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsNetNamespaces
class TapTest {
    private static final int ETHERTYPE = 0x88b5;
    private static final int FRAME = 60;

    private final Arena arena = Arena.ofConfined();
    private final long memory = arena.allocate(2048, 8).address();
    private TestNamespace namespace;
    private NetNamespace visit;

    @BeforeEach
    void enter() {
        namespace = TestNamespace.create();
        visit = namespace.enter();
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun: modprobe tun");
    }

    @AfterEach
    void leave() {
        arena.close();
        visit.close();
        namespace.close();
    }

    private static int packetSocket(String ifname) {
        int fd = PacketSocket.open();
        try (IfReq ifReq = IfReq.open()) {
            ifReq.setUp(ifname, true);
            PacketSocket.bind(fd, ETHERTYPE, ifReq.index(ifname));
        }
        return fd;
    }

    private void writeFrame(long address) {
        RawMemory.clear(address, FRAME);
        RawMemory.putInt(address, -1);
        RawMemory.putShort(address + 4, (short) -1);
        RawMemory.putByte(address + 6, (byte) 2);
        RawMemory.putU16be(address + 12, ETHERTYPE);
        RawMemory.putInt(address + 14, 0x1234_5678);
    }

    @Test
    void framesPassBothWays() {
        try (Tap tap = Tap.open("tap%d", Tap.IFF_VNET_HDR)) {
            assertThat(tap.name()).isEqualTo("tap0");
            assertThat(tap.vnetHdrSizeBytes()).isEqualTo(VirtioNetHdr.SIZE);
            namespace.ip("link set tap0 addrgenmode none");
            int socket = packetSocket("tap0");
            writeFrame(memory + VirtioNetHdr.SIZE);

            assertThat(Fd.write(tap.fd(), memory, VirtioNetHdr.SIZE + FRAME))
                    .isEqualTo(VirtioNetHdr.SIZE + FRAME);
            assertThat(PollSet.pollOne(socket, PollSet.POLLIN, 10_000)).isEqualTo(PollSet.POLLIN);
            assertThat(Sockets.recv(socket, memory + 1024, 1024, 0)).isEqualTo(FRAME);
            assertThat(RawMemory.getInt(memory + 1024 + 14)).isEqualTo(0x1234_5678);

            assertThat(Sockets.send(socket, memory + VirtioNetHdr.SIZE, FRAME, 0)).isEqualTo(FRAME);
            assertThat(Fd.read(tap.fd(), memory + 1024, 1024)).isEqualTo(VirtioNetHdr.SIZE + FRAME);
            assertThat(RawMemory.getInt(memory + 1024 + VirtioNetHdr.SIZE + 14))
                    .isEqualTo(0x1234_5678);
            assertThat(Fd.read(tap.fd(), memory, 1024)).isEqualTo(-Errno.EAGAIN);
            Fd.close(socket);
        }
    }

    @Test
    void severalQueuesOpenWithTheFlagOnly() {
        int flags = Tap.IFF_VNET_HDR | Tap.IFF_MULTI_QUEUE;
        try (Tap first = Tap.open("multi", flags);
                Tap second = Tap.open("multi", flags);
                Tap single = Tap.open("single", 0)) {
            assertThat(second.fd()).isNotEqualTo(first.fd());
            assertThatExceptionOfType(NativeException.class)
                    .isThrownBy(() -> Tap.open("single", 0))
                    .withMessageStartingWith("ioctl(TUNSETIFF, single): EBUSY: ");
            assertThat(single.name()).isEqualTo("single");
        }
    }

    @Test
    void takesOffloadsAndHeaderSize() {
        try (Tap tap = Tap.open("tap0", Tap.IFF_VNET_HDR)) {
            tap.setVnetHdrSize(12);
            assertThat(tap.vnetHdrSizeBytes()).isEqualTo(12);
            tap.setOffload(Tap.TUN_F_CSUM | Tap.TUN_F_TSO4 | Tap.TUN_F_TSO6);
            assertThat(Offloads.read("tap0").tso()).isTrue();
            tap.setOffload(0);
            assertThat(Offloads.read("tap0").tso()).isFalse();
            assertThatExceptionOfType(NativeException.class)
                    .isThrownBy(() -> tap.setOffload(1 << 30))
                    .withMessageStartingWith("ioctl(TUNSETOFFLOAD, tap0): EINVAL: ");
        }
    }

    @Test
    void persistentDeviceOutlivesItsQueue() {
        try (Tap tap = Tap.open("stays", 0)) {
            tap.setPersistent(true);
        }
        Tap.open("goes", 0).close();
        try (IfReq ifReq = IfReq.open()) {
            assertThat(ifReq.index("stays")).isPositive();
            assertThatExceptionOfType(NativeException.class)
                    .isThrownBy(() -> ifReq.index("goes"))
                    .matches(e -> e.errno() == Errno.ENODEV);
        }
    }

    @Test
    void carrierComesAndGoes() {
        try (Tap tap = Tap.open("tap0", 0);
                IfReq ifReq = IfReq.open();
                Ethtool ethtool = Ethtool.open()) {
            ifReq.setUp("tap0", true);
            tap.setCarrier(false);
            assertThat(ethtool.hasLink("tap0")).isFalse();
            tap.setCarrier(true);
            assertThat(ethtool.hasLink("tap0")).isTrue();
        }
    }
}
