package io.xdp4j.linux.afpacket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.Mapping;
import io.xdp4j.linux.MsgBatch;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.NeedsNetNamespaces;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.Sockets;
import io.xdp4j.linux.TestNamespace;
import io.xdp4j.linux.device.IfReq;
import io.xdp4j.linux.memory.RawMemory;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsNetNamespaces
class PacketSocketTest {
    /// For local experiments (IEEE 802), so that no other traffic has it.
    private static final int ETHERTYPE = 0x88b5;

    private static final int FRAME = 60;
    private static final int ROOM = 2048;

    private final Arena arena = Arena.ofConfined();
    private final long frames = arena.allocate(64 * ROOM, 64).address();
    private final long received = arena.allocate(64 * ROOM, 64).address();
    private TestNamespace namespace;
    private int left;
    private int right;
    private int leftIndex;
    private int rightIndex;

    @BeforeEach
    void open() {
        namespace = TestNamespace.withVeth();
        try (NetNamespace _ = namespace.enter();
                IfReq ifReq = IfReq.open()) {
            leftIndex = ifReq.index("left");
            rightIndex = ifReq.index("right");
            left = PacketSocket.open();
            right = PacketSocket.open();
        }
    }

    @AfterEach
    void close() {
        Fd.close(left);
        Fd.close(right);
        namespace.close();
        arena.close();
    }

    private void bindBoth() {
        PacketSocket.bind(left, 0, leftIndex);
        PacketSocket.bind(right, ETHERTYPE, rightIndex);
    }

    /// Writes broadcast frame `number` and returns its address.
    private long writeFrame(int number) {
        long frame = frames + (long) number * ROOM;
        RawMemory.clear(frame, FRAME);
        RawMemory.putInt(frame, -1);
        RawMemory.putShort(frame + 4, (short) -1);
        RawMemory.putByte(frame + 6, (byte) 2);
        RawMemory.putU16be(frame + 12, ETHERTYPE);
        RawMemory.putInt(frame + 14, number);
        return frame;
    }

    private void awaitReadable(int fd) {
        assertThat(PollSet.pollOne(fd, PollSet.POLLIN, 10_000)).isEqualTo(PollSet.POLLIN);
    }

    @Test
    void batchCrossesThePairInOrder() {
        bindBoth();
        MsgBatch out = MsgBatch.of(arena, 64, 20);
        for (int i = 0; i < 64; i++) {
            out.set(i, writeFrame(i), FRAME);
        }

        assertThat(out.send(left, 0, 64, Sockets.MSG_DONTWAIT)).isEqualTo(64);
        assertThat(out.lengthBytes(63)).isEqualTo(FRAME);

        MsgBatch in = MsgBatch.of(arena, 64, 1, SockaddrLl.SIZE, 0);
        for (int i = 0; i < 64; i++) {
            in.set(i, received + (long) i * ROOM, ROOM);
        }
        for (int count = 0; count < 64; ) {
            awaitReadable(right);
            count += in.receive(right, count, 64 - count, Sockets.MSG_DONTWAIT);
        }
        for (int i = 0; i < 64; i++) {
            assertThat(in.lengthBytes(i)).isEqualTo(FRAME);
            assertThat(in.flags(i)).isZero();
            assertThat(RawMemory.getInt(received + (long) i * ROOM + 14)).isEqualTo(i);
            assertThat(SockaddrLl.ifindex(in.nameAddress(i))).isEqualTo(rightIndex);
            assertThat(SockaddrLl.packetType(in.nameAddress(i)))
                    .isEqualTo(AfPacket.PACKET_BROADCAST);
        }
        assertThat(in.receive(right, 0, 64, Sockets.MSG_DONTWAIT)).isEqualTo(-Errno.EAGAIN);
        assertThat(PacketSocket.statistics(right)).isEqualTo(new PacketStatistics(64, 0, 0));
        assertThat(PacketSocket.statistics(right).packets()).isZero();
    }

    @Test
    void scatteredFrameArrivesWhole() {
        bindBoth();
        long frame = writeFrame(5);
        MsgBatch out = MsgBatch.of(arena, 1, 3);
        out.setIovec(0, 0, frame, 6);
        out.setIovec(0, 1, frame + 6, 20);
        out.setIovec(0, 2, frame + 26, FRAME - 26);
        out.setIovecCount(0, 3);

        assertThat(out.send(left, 0, 1, 0)).isEqualTo(1);

        awaitReadable(right);
        assertThat(Sockets.recv(right, received, ROOM, 0)).isEqualTo(FRAME);
        assertThat(RawMemory.getInt(received + 14)).isEqualTo(5);
    }

    @Test
    void batchStopsAtTheFirstBadMessage() {
        bindBoth();
        MsgBatch out = MsgBatch.of(arena, 3, 1);
        out.set(0, writeFrame(0), FRAME);
        out.set(1, writeFrame(1), 5);
        out.set(2, writeFrame(2), FRAME);

        assertThat(out.send(left, 0, 3, 0)).isEqualTo(1);
        assertThat(out.send(left, 1, 2, 0)).isEqualTo(-Errno.EINVAL);
        assertThat(out.send(left, 2, 1, 0)).isEqualTo(1);
    }

    @Test
    void vlanTagComesBesideTheFrame() {
        PacketSocket.setOption(right, AfPacket.PACKET_AUXDATA, 1);
        PacketSocket.bind(left, 0, leftIndex);
        PacketSocket.bind(right, AfPacket.ETH_P_ALL, rightIndex);
        long frame = writeFrame(1);
        RawMemory.putU16be(frame + 12, 0x8100);
        RawMemory.putU16be(frame + 14, 0x6007);
        RawMemory.putU16be(frame + 16, ETHERTYPE);
        assertThat(Sockets.send(left, frame, FRAME, 0)).isEqualTo(FRAME);
        assertThat(Sockets.send(left, writeFrame(2), FRAME, 0)).isEqualTo(FRAME);

        MsgBatch in = MsgBatch.of(arena, 1, 1, 0, PacketAuxdata.CONTROL_SPACE);
        in.set(0, received, ROOM);
        awaitReadable(right);
        assertThat(in.receive(right, 0, 1, 0)).isEqualTo(1);
        long auxdata = PacketAuxdata.find(in, 0);
        assertThat(PacketAuxdata.hasVlan(auxdata)).isTrue();
        assertThat(PacketAuxdata.vlanTci(auxdata)).isEqualTo(0x6007);
        assertThat(PacketAuxdata.vlanTpid(auxdata)).isEqualTo(0x8100);
        assertThat(PacketAuxdata.lengthBytes(auxdata)).isEqualTo(FRAME - 4);
        assertThat(RawMemory.getU16be(received + 12)).isEqualTo(ETHERTYPE);

        in.rearm(0, 1);
        awaitReadable(right);
        assertThat(in.receive(right, 0, 1, 0)).isEqualTo(1);
        assertThat(PacketAuxdata.hasVlan(PacketAuxdata.find(in, 0))).isFalse();
    }

    @Test
    void offloadHeaderPrecedesTheFrame() {
        PacketSocket.setOption(left, AfPacket.PACKET_VNET_HDR, 1);
        PacketSocket.setOption(right, AfPacket.PACKET_VNET_HDR, 1);
        bindBoth();
        long header = arena.allocate(VirtioNetHdr.SIZE, 2).address();
        RawMemory.clear(header, VirtioNetHdr.SIZE);
        RawMemory.putByte(header + VirtioNetHdr.FLAGS, (byte) VirtioNetHdr.F_NEEDS_CSUM);
        RawMemory.putShort(header + VirtioNetHdr.CSUM_START, (short) 34);
        RawMemory.putShort(header + VirtioNetHdr.CSUM_OFFSET, (short) 16);
        MsgBatch out = MsgBatch.of(arena, 1, 2);
        out.set(0, header, VirtioNetHdr.SIZE, writeFrame(3), FRAME);

        assertThat(out.send(left, 0, 1, 0)).isEqualTo(1);

        awaitReadable(right);
        assertThat(Sockets.recv(right, received, ROOM, 0)).isEqualTo(VirtioNetHdr.SIZE + FRAME);
        assertThat(RawMemory.getU8(received + VirtioNetHdr.FLAGS))
                .as("veth leaves the checksum to the receiver")
                .isEqualTo(VirtioNetHdr.F_NEEDS_CSUM);
        assertThat(RawMemory.getU16(received + VirtioNetHdr.CSUM_START)).isEqualTo(34);
        assertThat(RawMemory.getInt(received + VirtioNetHdr.SIZE + 14)).isEqualTo(3);
    }

    @Test
    void ringBlockHoldsTheFrame() {
        PacketSocket.setOption(right, AfPacket.PACKET_VERSION, AfPacket.TPACKET_V3);
        TpacketReq3 request = new TpacketReq3(1 << 16, 4, 2048, 1, 0, 0);
        PacketSocket.setRxRing(right, request);
        try (Mapping ring = Mapping.shared(right, 0, request.ringSizeBytes())) {
            bindBoth();
            assertThat(Sockets.send(left, writeFrame(9), FRAME, 0)).isEqualTo(FRAME);

            awaitReadable(right);

            long block = ring.address();
            assertThat(
                            RawMemory.getIntAcquire(block + TpacketBlock.BLOCK_STATUS)
                                    & TpStatus.TP_STATUS_USER)
                    .isEqualTo(TpStatus.TP_STATUS_USER);
            assertThat(RawMemory.getInt(block + TpacketBlock.NUM_PKTS)).isEqualTo(1);
            long header = block + RawMemory.getInt(block + TpacketBlock.OFFSET_TO_FIRST_PKT);
            assertThat(RawMemory.getInt(header + Tpacket3Hdr.TP_LEN)).isEqualTo(FRAME);
            long frame = header + RawMemory.getU16(header + Tpacket3Hdr.TP_MAC);
            assertThat(RawMemory.getInt(frame + 14)).isEqualTo(9);
            RawMemory.putIntRelease(block + TpacketBlock.BLOCK_STATUS, TpStatus.TP_STATUS_KERNEL);
        }
    }

    @Test
    void fanoutGroupSharesTheFrames() {
        int second;
        try (NetNamespace _ = namespace.enter()) {
            second = PacketSocket.open();
        }
        bindBoth();
        PacketSocket.bind(second, ETHERTYPE, rightIndex);
        int mode = AfPacket.PACKET_FANOUT_LB;
        PacketSocket.joinFanout(right, 7, mode);
        PacketSocket.joinFanout(second, 7, mode);
        assertThat(PacketSocket.fanoutGroup(second)).isEqualTo(7);
        for (int i = 0; i < 10; i++) {
            assertThat(Sockets.send(left, writeFrame(i), FRAME, 0)).isEqualTo(FRAME);
        }

        for (int count = 0; count < 5; count++) {
            awaitReadable(right);
            assertThat(Sockets.recv(right, received, ROOM, 0)).isEqualTo(FRAME);
            awaitReadable(second);
            assertThat(Sockets.recv(second, received, ROOM, 0)).isEqualTo(FRAME);
        }

        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> PacketSocket.joinFanout(right, 8, mode))
                .withMessageContaining("PACKET_FANOUT): EALREADY: ");
        Fd.close(second);
    }

    @Test
    void promiscuityEndsWithTheSocket() {
        try (NetNamespace _ = namespace.enter();
                IfReq ifReq = IfReq.open()) {
            int socket = PacketSocket.open();
            PacketSocket.addPromiscuous(socket, leftIndex);
            Fd.close(socket);
            assertThat(ifReq.flags("left") & IfReq.IFF_PROMISC).isZero();
        }
    }

    @Test
    void refusalsNameTheRemedy() {
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> PacketSocket.bind(left, AfPacket.ETH_P_ALL, 9999))
                .withMessageStartingWith("bind(AF_PACKET, ifindex=9999): ENODEV: no such device; ");
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> PacketSocket.setRxRing(left, new TpacketReq3(48, 1, 16, 0, 0, 0)))
                .withMessageContaining("PACKET_RX_RING): EINVAL: invalid argument; the ring");
    }

    @Test
    void optionsReadBack() {
        PacketSocket.setOption(left, AfPacket.PACKET_IGNORE_OUTGOING, 1);
        PacketSocket.setOption(left, AfPacket.PACKET_QDISC_BYPASS, 1);
        assertThat(Sockets.option(left, Sockets.SOL_PACKET, AfPacket.PACKET_IGNORE_OUTGOING))
                .isEqualTo(1);
        assertThat(Sockets.setsockopt(left, Sockets.SOL_PACKET, 9999, 0, 0)).isNegative();
    }
}
