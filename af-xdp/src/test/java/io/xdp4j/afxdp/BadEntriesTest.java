package io.xdp4j.afxdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.afxdp.emulated.EmulatedXskSocket;
import io.xdp4j.afxdp.emulated.XskDomain;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.core.redirect.XskMap;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.linux.Sockets;
import io.xdp4j.linux.afpacket.AfPacket;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.XdpStatistics;
import io.xdp4j.linux.bpf.KernelXdpLink;
import io.xdp4j.linux.device.IfReq;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.NetNs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a user can put into rings that makes no sense is counted the same by a socket of ours and by
/// the live kernel's, and what is right beside it goes its way.
class BadEntriesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 60);
    private static final int CHUNKS = 16;
    private static final int RING = 8;
    private static final int IMPOSSIBLE = 1 << 20;

    /// Bytes before received data.
    private static final long HEAD = 256;

    private static final XdpStatistics NONE = XdpStatistics.NONE;

    /// What is done, and what the counters say afterwards.
    @SuppressWarnings("ImmutableEnumChecker") // the steps keep nothing
    enum Mistake {
        FILL_OUTSIDE(
                invalidRx(3),
                w -> {
                    w.fill(1 << 30, -1, CHUNKS * 4096L, 4096);
                    w.deliver(1);
                    w.assertReceived(4096 + HEAD);
                }),
        FILL_WITHIN_A_CHUNK(
                NONE,
                w -> {
                    w.fill(4096 + 300);
                    w.deliver(1);
                    w.assertReceived(4096 + HEAD);
                }),
        FILL_TWICE(
                NONE,
                w -> {
                    w.fill(8192, 8192);
                    w.deliver(2);
                    w.assertReceived(8192 + HEAD, 8192 + HEAD);
                }),
        FILL_NONE(
                new XdpStatistics(2, 0, 0, 0, 2, 0),
                w -> {
                    w.deliver(2);
                    w.assertReceived();
                }),
        RX_FULL(
                new XdpStatistics(0, 0, 0, 1, 0, 0),
                w -> {
                    w.fill(IntStream.range(0, RING).mapToLong(i -> i * 4096L).toArray());
                    w.deliver(RING);
                    w.fill(0);
                    w.deliver(1);
                    w.assertReceived(
                            IntStream.range(0, RING).mapToLong(i -> i * 4096L + HEAD).toArray());
                }),
        TX_OUTSIDE(invalidTx(2), w -> w.sendAmongGood(1 << 30, 60, -60, 60)),
        TX_BEHIND_THE_END(invalidTx(1), w -> w.sendAmongGood(CHUNKS * 4096L, 60)),
        TX_ACROSS_CHUNKS(invalidTx(1), w -> w.sendAmongGood(4090, 60)),
        TX_EMPTY(invalidTx(1), w -> w.sendAmongGood(4096, 0)),
        TX_TOO_LONG(invalidTx(1), w -> w.sendAmongGood(4096, 4097)),
        TX_NEGATIVE_LENGTH(invalidTx(1), w -> w.sendAmongGood(4096, -1)),
        TX_OPTION_UNKNOWN(
                invalidTx(1),
                w -> {
                    w.put(4096, 60, 1 << 9);
                    w.sendAmongGood();
                }),
        TX_CONTINUED_WITHOUT_SG(
                NONE,
                w -> {
                    w.put(4096, 60, AfXdp.XDP_PKT_CONTD);
                    w.sendGood(300);
                }),
        TX_PART_WRONG(
                invalidTx(3),
                w -> {
                    w.put(4096, 60, AfXdp.XDP_PKT_CONTD);
                    w.put(-60, 60, AfXdp.XDP_PKT_CONTD);
                    w.sendAmongGood(8192, 60);
                }),
        TX_OUTSIDE_WITHOUT_ROOM_TO_COMPLETE(
                invalidTx(1),
                w -> {
                    w.fillCompletionRing();
                    w.put(-60, 60, 0);
                    w.assertHeldBack();
                    w.sendGood(300);
                }),
        TX_TWICE_THE_SAME(NONE, w -> w.sendGood(300, 300));

        private final XdpStatistics counted;
        private final Consumer<World> steps;

        Mistake(XdpStatistics counted, Consumer<World> steps) {
            this.counted = counted;
            this.steps = steps;
        }

        private static XdpStatistics invalidRx(long count) {
            return new XdpStatistics(0, count, 0, 0, 0, 0);
        }

        private static XdpStatistics invalidTx(long count) {
            return new XdpStatistics(0, 0, count, 0, 0, 0);
        }

        /// The kernel does not tell users of wrong entries of the fill ring.
        void assertCountedByKernel(World world) {
            assertCounted(
                    world,
                    new XdpStatistics(
                            counted.rxDropped(),
                            0,
                            counted.txInvalidDescs(),
                            counted.rxRingFull(),
                            counted.rxFillRingEmptyDescs(),
                            0));
        }

        void assertCounted(World world) {
            assertCounted(world, counted);
        }

        private void assertCounted(World world, XdpStatistics expected) {
            steps.accept(world);
            world.await(
                    "counters",
                    () -> {
                        XdpStatistics now = world.socket.statistics();
                        // How often the TX ring was found empty is the kernel's own affair.
                        return new XdpStatistics(
                                now.rxDropped(),
                                now.rxInvalidDescs(),
                                now.txInvalidDescs(),
                                now.rxRingFull(),
                                now.rxFillRingEmptyDescs(),
                                0);
                    },
                    expected);
        }
    }

    /// A bound socket and the other end of its device's wire.
    abstract static class World implements AutoCloseable {
        private final Umem umem = Umem.allocate(CHUNKS, UmemConfig.PAGES);
        private final XskSocket socket;
        private final FillRing fill;
        private final CompletionRing completion;
        private final RxRing rx;
        private final TxRing tx;
        private final List<Long> given = new ArrayList<>();

        World(XskSocket socket) {
            this.socket = socket;
            socket.registerUmem(umem);
            fill = socket.fillRing(RING);
            completion = socket.completionRing(RING);
            rx = socket.rxRing(RING);
            tx = socket.txRing(RING);
        }

        /// Has `count` frames arrive at the device.
        abstract void deliver(int count);

        /// Frames that came out of the device.
        abstract long sent();

        void fill(long... addresses) {
            assertThat(fill.reserve(addresses.length)).isEqualTo(addresses.length);
            for (long address : addresses) {
                fill.put(address);
            }
            fill.submit();
        }

        void put(long address, int length, int options) {
            assertThat(tx.reserve(1)).isEqualTo(1);
            tx.put(address, length, options);
            given.add(address);
        }

        /// Sends descriptors, each an address and a length, and one that is right after them.
        void sendAmongGood(long... descriptors) {
            for (int i = 0; i < descriptors.length; i += 2) {
                put(descriptors[i], (int) descriptors[i + 1], 0);
            }
            sendGood(300);
        }

        void sendGood(long... addresses) {
            long before = sent();
            for (long address : addresses) {
                put(address, FRAME.length, 0);
            }
            tx.submit();
            // A wrong descriptor ends a call.
            await("taken", this::leftAfterCall, 0);
            await("sent", this::sent, before + addresses.length);
            // Wrong descriptors, too.
            await("completed", this::completed, given);
            takeCompletions();
        }

        private List<Long> completed() {
            return IntStream.range(0, completion.peek(RING)).mapToObj(completion::address).toList();
        }

        private void takeCompletions() {
            completion.release(given.size());
            given.clear();
        }

        /// Sends and does not take back what was sent.
        void fillCompletionRing() {
            for (int i = 0; i < RING; i++) {
                put(i * 4096L, FRAME.length, 0);
            }
            tx.submit();
            await("taken", this::leftAfterCall, 0);
            await("completed", this::completed, given);
        }

        /// What was put is neither counted nor taken before the completion ring has room.
        void assertHeldBack() {
            tx.submit();
            assertThat(socket.wakeTx()).isEqualTo(-Errno.EAGAIN);
            assertThat(tx.used()).isEqualTo(1);
            assertThat(socket.statistics().txInvalidDescs()).isZero();
            completion.release(RING);
            given.subList(0, RING).clear();
        }

        private int leftAfterCall() {
            assertThat(socket.wakeTx()).isIn(0, -Errno.EAGAIN);
            return tx.used();
        }

        /// Has each ring tell the kernel of entries that it cannot have.
        void corruptIndexes() {
            fill.cancel(-IMPOSSIBLE);
            fill.submit();
            tx.cancel(-IMPOSSIBLE);
            tx.submit();
            rx.release(-IMPOSSIBLE);
            completion.release(IMPOSSIBLE);
            deliver(RING);
            for (int i = 0; i < RING; i++) {
                assertThat(socket.wakeTx()).isLessThanOrEqualTo(0);
            }
            assertThat(sent()).as("nothing in the rings is a frame").isZero();
            assertThat(completion.peek(RING)).isZero();
            assertThat(completion.isCorrupt()).isTrue();
            assertThat(socket.statistics().txInvalidDescs()).isPositive();
        }

        void assertReceived(long... addresses) {
            await("received", () -> rx.peek(RING), addresses.length);
            for (int i = 0; i < addresses.length; i++) {
                assertThat(rx.address(i)).isEqualTo(addresses[i]);
                assertThat(rx.lengthBytes(i)).isEqualTo(FRAME.length);
            }
        }

        <T> void await(String what, java.util.function.Supplier<T> actual, T expected) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            T now = actual.get();
            while (!now.equals(expected) && System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
                now = actual.get();
            }
            assertThat(now).as(what).isEqualTo(expected);
        }

        @Override
        public void close() {
            socket.close();
            umem.close();
        }
    }

    /// On a device of ours.
    private static final class Emulated extends World {
        private final FakeNic nic;

        Emulated(Datapath datapath, EmulatedXskSocket socket) {
            super(socket);
            nic = FakeNic.builder(datapath, "nic0").build();
            XskMap map = new XskMap(datapath, "xsks", 1);
            nic.attach(xdp -> xdp.redirectMap(map, 0, 0));
            nic.up();
            socket.bind(nic.ifindex(), 0, AfXdp.XDP_COPY);
            map.update(0, socket.descriptor(), UpdateFlags.BPF_ANY);
        }

        @Override
        void deliver(int count) {
            for (int i = 0; i < count; i++) {
                nic.inject(0, FRAME);
            }
            nic.awaitProcessed(PATIENCE);
        }

        @Override
        long sent() {
            return nic.transmitted().size();
        }
    }

    /// On one end of a veth of the kernel's.
    private static final class Live extends World {
        private final NetNs netns;
        private final XskProgram program;
        private final int wire;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment frame = arena.allocateFrom(ValueLayout.JAVA_BYTE, FRAME);

        Live(NetNs netns, KernelXskSocket socket) {
            super(socket);
            this.netns = netns;
            try (IfReq interfaces = IfReq.open()) {
                int ifindex = interfaces.index("v0");
                program = XskProgram.attach(ifindex, 1, KernelXdpLink.XDP_FLAGS_DRV_MODE, false);
                socket.bindWhenFree(ifindex, 0, AfXdp.XDP_COPY | AfXdp.XDP_USE_NEED_WAKEUP);
                program.direct(0, socket);
                wire = PacketSocket.open();
                PacketSocket.bind(wire, AfPacket.ETH_P_ALL, interfaces.index("v1"));
            }
        }

        @Override
        void deliver(int count) {
            for (int i = 0; i < count; i++) {
                assertThat(Sockets.send(wire, frame.address(), FRAME.length, 0))
                        .isEqualTo(FRAME.length);
            }
        }

        @Override
        long sent() {
            return Long.parseLong(
                    netns.exec("cat", "/sys/class/net/v1/statistics/rx_packets").strip());
        }

        @Override
        public void close() {
            program.close();
            Fd.close(wire);
            arena.close();
            super.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void emulatedSocketCounts(Mistake mistake) {
        try (Datapath datapath = Datapath.builder().frames(1024).build();
                World world = new Emulated(datapath, XskDomain.of(datapath).open())) {
            mistake.assertCounted(world);
        }
    }

    /// The kernel takes each part as it comes; ours waits for the last, but not behind a full ring.
    @Test
    void emulatedSocketPassesOverAPacketWithoutAnEnd() {
        try (Datapath datapath = Datapath.builder().frames(1024).build();
                World world = new Emulated(datapath, XskDomain.of(datapath).open())) {
            for (int i = 0; i < RING; i++) {
                world.put(i * 4096L, 60, AfXdp.XDP_PKT_CONTD);
            }
            world.tx.submit();
            world.await("taken", world::leftAfterCall, 0);
            world.await("completed", world::completed, world.given);
            world.takeCompletions();
            assertThat(world.socket.statistics().txInvalidDescs()).isEqualTo(RING);
            world.sendGood(300);
        }
    }

    private static void connect(NetNs netns) {
        netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        netns.ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
        for (String end : List.of("v0", "v1")) {
            netns.ip("link", "set", end, "up");
        }
    }

    @ParameterizedTest
    @EnumSource
    void kernelsSocketCounts(Mistake mistake) {
        try (NetNs netns = NetNs.create("entries")) {
            connect(netns);
            try (NetNamespace _ = NetNamespace.enter(netns.name());
                    World world = new Live(netns, KernelXskSocket.open())) {
                mistake.assertCountedByKernel(world);
            }
        }
    }

    /// Indices that cannot be: the kernel goes on with what stands in the rings, our ends of them stop, and the next
    /// socket of the queue starts afresh.
    @Test
    void kernelsSocketOutlivesCorruptIndexes() {
        try (NetNs netns = NetNs.create("entries")) {
            connect(netns);
            try (NetNamespace _ = NetNamespace.enter(netns.name())) {
                try (World world = new Live(netns, KernelXskSocket.open())) {
                    world.corruptIndexes();
                }
                try (World world = new Live(netns, KernelXskSocket.open())) {
                    world.fill(4096);
                    world.deliver(1);
                    world.assertReceived(4096 + HEAD);
                    world.sendGood(300);
                }
            }
        }
    }
}
