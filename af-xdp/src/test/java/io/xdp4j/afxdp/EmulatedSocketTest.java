package io.xdp4j.afxdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.afxdp.emulated.EmulatedXskSocket;
import io.xdp4j.afxdp.emulated.XskDomain;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.core.redirect.XskMap;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.XdpStatistics;
import io.xdp4j.linux.afxdp.XskTxMetadata;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Sockets on a device of the datapath.
@DatapathTest(workers = 1, frames = 1024)
class EmulatedSocketTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] FRAME =
            Frames.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(7, 9).payload("hello").build();

    private final Umem umem = Umem.allocate(16, UmemConfig.PAGES.withTxMetadata(24));
    private final List<EmulatedXskSocket> open = new ArrayList<>();
    private FakeNic nic;
    private XskMap map;
    private EmulatedXskSocket socket;
    private FillRing fill;
    private CompletionRing completion;
    private RxRing rx;
    private TxRing tx;

    @BeforeEach
    void bind(Datapath datapath) {
        nic = FakeNic.builder(datapath, "nic0").queues(2).frags(true).build();
        map = new XskMap(datapath, "xsks", 4);
        nic.attach(new ByQueue(map));
        nic.up();
        socket = newSocket(datapath);
        socket.registerUmem(umem);
        fill = socket.fillRing(8);
        completion = socket.completionRing(8);
        rx = socket.rxRing(4);
        tx = socket.txRing(8);
        socket.bind(nic.ifindex(), 0, AfXdp.XDP_COPY | AfXdp.XDP_USE_SG);
        map.update(0, socket.descriptor(), UpdateFlags.BPF_ANY);
    }

    private EmulatedXskSocket newSocket(Datapath datapath) {
        EmulatedXskSocket made = XskDomain.of(datapath).open();
        open.add(made);
        return made;
    }

    @AfterEach
    void close() {
        open.forEach(EmulatedXskSocket::close);
        umem.close();
    }

    /// Sends each queue's frames to the socket of that index.
    private record ByQueue(XskMap map) implements XdpProgram {
        @Override
        public int run(XdpBuff xdp) {
            return xdp.redirectMap(map, xdp.rxQueueIndex(), 0);
        }

        @Override
        public boolean hasFrags() {
            return true;
        }
    }

    private void give(long... chunks) {
        assertThat(fill.reserve(chunks.length)).isEqualTo(chunks.length);
        for (long chunk : chunks) {
            fill.put(chunk);
        }
        fill.submit();
    }

    private byte[] bytes(long address, int length) {
        byte[] bytes = new byte[length];
        RawMemory.copyOut(umem.pointer(address), bytes, 0, length);
        return bytes;
    }

    @Test
    void framesArriveInFilledChunksBehindTheHeadroom() {
        give(0, 8192);
        nic.inject(0, FRAME, FRAME).awaitProcessed(PATIENCE);
        assertThat(socket.poll(PollSet.POLLIN, 10_000)).isEqualTo(PollSet.POLLIN);
        assertThat(rx.peek(4)).isEqualTo(2);
        assertThat(rx.address(0)).isEqualTo(256);
        assertThat(rx.address(1)).isEqualTo(8192 + 256);
        assertThat(bytes(rx.address(1), rx.lengthBytes(1))).isEqualTo(FRAME);
    }

    @Test
    void starvationAndAFullRingAreCountedApart(Datapath datapath) {
        nic.inject(0, FRAME).awaitProcessed(PATIENCE);
        assertThat(socket.statistics()).isEqualTo(new XdpStatistics(1, 0, 0, 0, 1, 0));
        give(0, 4096, 8192, 12288, 16384);
        nic.inject(0, FRAME, FRAME, FRAME, FRAME, FRAME).awaitProcessed(PATIENCE);
        assertThat(socket.statistics()).isEqualTo(new XdpStatistics(1, 0, 0, 1, 1, 0));
        assertThat(socket.shortStatistics()).isEqualTo(new XdpStatistics(2, 0, 0, 0, 0, 0));
        LedgerAssert.settled(datapath)
                .hasPassed(4)
                .hasDropped(DropReason.XSK_FILL_EMPTY, 1)
                .hasDropped(DropReason.XSK_RING_FULL, 1);
    }

    @Test
    void addressesOutsideTheUmemArePassedOver() {
        give(1 << 30, -1, 4096);
        nic.inject(0, FRAME).awaitProcessed(PATIENCE);
        assertThat(rx.peek(4)).isEqualTo(1);
        assertThat(rx.address(0)).isEqualTo(4096 + 256);
        assertThat(socket.statistics().rxInvalidDescs()).isEqualTo(2);
    }

    @Test
    void framesOfAnotherQueueAreRefused(Datapath datapath) {
        give(0);
        map.update(1, socket.descriptor(), UpdateFlags.BPF_ANY);
        nic.inject(1, FRAME).awaitProcessed(PATIENCE);
        assertThat(rx.peek(4)).isZero();
        LedgerAssert.settled(datapath).hasDropped(DropReason.REDIRECT_NO_TARGET, 1);
    }

    @Test
    void longFramesTakeSeveralDescriptors() {
        give(0, 4096, 8192);
        byte[] frame = Frames.ethernet().etherType(0x88b5).pad(9000).build();
        nic.inject(0, frame).awaitProcessed(PATIENCE);
        assertThat(rx.peek(4)).isEqualTo(3);
        assertThat(rx.options(0)).isEqualTo(AfXdp.XDP_PKT_CONTD);
        assertThat(rx.options(1)).isEqualTo(AfXdp.XDP_PKT_CONTD);
        assertThat(rx.options(2)).isZero();
        assertThat(rx.lengthBytes(0) + rx.lengthBytes(1) + rx.lengthBytes(2)).isEqualTo(9000);
    }

    @Test
    void longFramesPassOverWrongAddressesOnce() {
        give(0, 1 << 30, 4096);
        byte[] frame = Frames.ethernet().etherType(0x88b5).pad(9000).build();
        nic.inject(0, frame).awaitProcessed(PATIENCE);
        assertThat(rx.peek(4)).isZero();
        give(8192);
        nic.inject(0, frame).awaitProcessed(PATIENCE);
        assertThat(rx.peek(4)).isEqualTo(3);
        assertThat(socket.statistics().rxInvalidDescs()).isEqualTo(1);
    }

    @Test
    void fullRingIsSentWhileItsOwnerWaits(Datapath datapath) {
        int packets = 128;
        EmulatedXskSocket sender = newSocket(datapath);
        sender.registerUmem(umem);
        sender.fillRing(8);
        sender.completionRing(packets);
        TxRing full = sender.txRing(packets);
        sender.bind(nic.ifindex(), 1, AfXdp.XDP_COPY);
        RawMemory.copyIn(FRAME, 0, umem.pointer(300), FRAME.length);
        full.reserve(packets);
        for (int i = 0; i < packets; i++) {
            full.put(300, FRAME.length, 0);
        }
        full.submit();
        assertThat(sender.poll(PollSet.POLLOUT, 10_000)).isEqualTo(PollSet.POLLOUT);
        assertThat(nic.awaitTransmitted(packets / 2, PATIENCE)).contains(FRAME);
    }

    @Test
    void sentFramesLeaveAndTheirChunksComeBack() {
        RawMemory.copyIn(FRAME, 0, umem.pointer(300), FRAME.length);
        assertThat(tx.needsWakeup()).isTrue();
        tx.reserve(2);
        tx.put(300, FRAME.length, 0);
        tx.put(1 << 30, 60, 0);
        tx.submit();
        assertThat(socket.wakeTx()).isZero();
        assertThat(nic.awaitTransmitted(1, PATIENCE)).containsExactly(FRAME);
        assertThat(completion.peek(8)).isEqualTo(2);
        assertThat(completion.address(0)).isEqualTo(300);
        assertThat(completion.address(1)).as("wrong, and completed").isEqualTo(1 << 30);
        assertThat(socket.statistics().txInvalidDescs()).isEqualTo(1);
    }

    @Test
    void nothingIsSentWithoutRoomForTheCompletion() {
        RawMemory.copyIn(FRAME, 0, umem.pointer(300), FRAME.length);
        for (int i = 0; i < 8; i++) {
            tx.reserve(1);
            tx.put(300, FRAME.length, 0);
        }
        tx.submit();
        assertThat(socket.wakeTx()).isZero();
        tx.reserve(1);
        tx.put(300, FRAME.length, 0);
        tx.submit();
        assertThat(socket.wakeTx()).isEqualTo(-Errno.EAGAIN);
        assertThat(nic.awaitTransmitted(8, PATIENCE)).hasSize(8);
        assertThat(completion.peek(8)).isEqualTo(8);
        completion.release(8);
        assertThat(socket.wakeTx()).isZero();
        assertThat(nic.awaitTransmitted(9, PATIENCE)).hasSize(9);
    }

    @Test
    void checksumIsFinishedWhereAsked() {
        byte[] open = FRAME.clone();
        open[40] = 0;
        open[41] = 0;
        RawMemory.copyIn(open, 0, umem.pointer(300), open.length);
        long block = umem.pointer(300) - 24;
        RawMemory.putLong(block, XskTxMetadata.XDP_TXMD_FLAGS_CHECKSUM);
        RawMemory.putShort(block + XskTxMetadata.CSUM_START, 34);
        RawMemory.putShort(block + XskTxMetadata.CSUM_OFFSET, 6);
        tx.reserve(1);
        tx.put(300, open.length, AfXdp.XDP_TX_METADATA);
        tx.submit();
        assertThat(socket.wakeTx()).isZero();
        byte[] sent = nic.awaitTransmitted(1, PATIENCE).getFirst();
        assertThat(sent[40] != 0 || sent[41] != 0).as("checksum stored").isTrue();
        RawMemory.putShort(block + XskTxMetadata.CSUM_START, 60_000);
        tx.reserve(1);
        tx.put(300, open.length, AfXdp.XDP_TX_METADATA);
        tx.submit();
        assertThat(socket.wakeTx()).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void corruptIndexesStopTheRingsAndNothingElse() {
        give(0);
        // What a hostile user can do: the index that is the user's to write.
        AddressProducer hostile = fill;
        hostile.cancel(-(1 << 20));
        hostile.submit();
        nic.inject(0, FRAME).awaitProcessed(PATIENCE);
        tx.cancel(1 << 20);
        tx.submit();
        assertThat(socket.wakeTx()).isZero();
        assertThat(nic.transmitted()).isEmpty();
    }

    @Test
    void severalSocketsShareAQueue(Datapath datapath) {
        EmulatedXskSocket second = newSocket(datapath);
        RxRing secondRx = second.rxRing(4);
        second.bindShared(nic.ifindex(), 0, socket, 0);
        map.update(1, second.descriptor(), UpdateFlags.BPF_ANY);
        nic.attach(new RoundRobin(map));
        give(0, 4096, 8192, 12288);
        nic.inject(0, FRAME, FRAME, FRAME, FRAME).awaitProcessed(PATIENCE);
        assertThat(rx.peek(4)).isEqualTo(2);
        assertThat(secondRx.peek(4)).isEqualTo(2);
    }

    private static final class RoundRobin implements XdpProgram {
        private final XskMap map;
        private int next;

        RoundRobin(XskMap map) {
            this.map = map;
        }

        @Override
        public int run(XdpBuff xdp) {
            next = next + 1 & 1;
            return xdp.redirectMap(map, next, 0);
        }
    }

    @Test
    void closedSocketLeavesTheMap() {
        socket.close();
        give(0);
        nic.inject(0, FRAME).awaitProcessed(PATIENCE);
        assertThat(map.lookup(0)).isNull();
        assertThat(rx.peek(4)).isZero();
    }

    @Test
    void removedDeviceUnbindsTheSocket() {
        nic.close();
        assertThat(socket.takeError()).isEqualTo(Errno.ENETDOWN);
        assertThat(socket.wakeTx()).isEqualTo(-Errno.ENXIO);
    }

    @Test
    void mapFollowsTheKernelsRules(Datapath datapath) {
        int first = socket.descriptor();
        int second = newSocket(datapath).descriptor();
        assertThat(errno(0, first, 3)).isEqualTo(Errno.EINVAL);
        assertThat(errno(4, first, 0)).isEqualTo(Errno.E2BIG);
        assertThat(errno(0, 999, 0)).isEqualTo(Errno.EBADF);
        assertThat(errno(0, first, UpdateFlags.BPF_NOEXIST)).as("the same").isZero();
        assertThat(errno(0, second, UpdateFlags.BPF_NOEXIST)).isEqualTo(Errno.EEXIST);
        assertThat(errno(2, second, UpdateFlags.BPF_EXIST)).isEqualTo(Errno.ENOENT);
        assertThat(errno(2, second, UpdateFlags.BPF_ANY)).isZero();
    }

    private int errno(int key, int descriptor, int flags) {
        try {
            map.update(key, descriptor, flags);
            return 0;
        } catch (MapException e) {
            return e.errno();
        }
    }
}
