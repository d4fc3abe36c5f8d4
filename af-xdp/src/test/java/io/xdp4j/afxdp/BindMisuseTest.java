package io.xdp4j.afxdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.xdp4j.afxdp.emulated.XskDomain;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.device.IfReq;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.NetNs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every misuse of a socket gets the same errno from a socket of ours and from the live kernel's.
class BindMisuseTest {
    private static final int COPY = AfXdp.XDP_COPY;

    /// What is done to a world with two queues, and the errno.
    @SuppressWarnings("ImmutableEnumChecker") // the steps keep nothing
    enum Misuse {
        UMEM_CHUNK_TOO_SMALL(Errno.EINVAL, w -> w.register(UmemConfig.PAGES.withChunk(1024))),
        UMEM_CHUNK_TOO_LARGE(Errno.EINVAL, w -> w.register(UmemConfig.PAGES.withChunk(8192))),
        UMEM_CHUNK_ODD(Errno.EINVAL, w -> w.register(UmemConfig.PAGES.withChunk(3000))),
        UMEM_CHUNK_ODD_UNALIGNED(0, w -> w.register(UmemConfig.PAGES.withChunk(3000).unaligned())),
        UMEM_HEADROOM_TOO_LARGE(Errno.EINVAL, w -> w.register(UmemConfig.PAGES.withHeadroom(3393))),
        UMEM_HEADROOM_LARGEST(0, w -> w.register(UmemConfig.PAGES.withHeadroom(3392))),
        UMEM_FLAG_UNKNOWN(Errno.EINVAL, w -> w.register(new UmemConfig(4096, 0, 1 << 9, 0))),
        UMEM_METADATA_ODD(Errno.EINVAL, w -> w.register(UmemConfig.PAGES.withTxMetadata(12))),
        UMEM_METADATA_TOO_LONG(Errno.EINVAL, w -> w.register(UmemConfig.PAGES.withTxMetadata(256))),
        UMEM_METADATA(0, w -> w.register(UmemConfig.PAGES.withTxMetadata(24))),
        UMEM_TWICE(
                Errno.EBUSY,
                w -> {
                    XskSocket socket = w.register(UmemConfig.PAGES);
                    socket.registerUmem(w.umem(UmemConfig.PAGES));
                }),
        RING_OF_NONE(Errno.EINVAL, w -> w.open().setRing(AfXdp.XDP_RX_RING, 0)),
        RING_OF_THREE(Errno.EINVAL, w -> w.open().setRing(AfXdp.XDP_TX_RING, 3)),
        RING_OF_ONE(0, w -> w.open().setRing(AfXdp.XDP_TX_RING, 1)),
        RING_TWICE(
                Errno.EINVAL,
                w -> {
                    XskSocket socket = w.open();
                    socket.setRing(AfXdp.XDP_RX_RING, 2);
                    socket.setRing(AfXdp.XDP_RX_RING, 2);
                }),
        RING_AFTER_BIND(Errno.EBUSY, w -> w.bound(0).setRing(AfXdp.XDP_TX_RING, 2)),
        TX_BUDGET(0, w -> w.sending().setMaxTxBudget(32)),
        TX_BUDGET_OF_THE_RING(0, w -> w.sending().setMaxTxBudget(64)),
        TX_BUDGET_TOO_SMALL(Errno.EACCES, w -> w.sending().setMaxTxBudget(31)),
        TX_BUDGET_TOO_LARGE(Errno.EACCES, w -> w.sending().setMaxTxBudget(65)),
        TX_BUDGET_WITHOUT_RING(Errno.EACCES, w -> w.open().setMaxTxBudget(32)),
        MAP_MISSING(Errno.EINVAL, w -> w.open().map(AfXdp.XDP_PGOFF_RX_RING, 4096)),
        MAP_TOO_LARGE(
                Errno.EINVAL,
                w -> {
                    XskSocket socket = w.open();
                    socket.setRing(AfXdp.XDP_RX_RING, 4);
                    socket.map(AfXdp.XDP_PGOFF_RX_RING, 1 << 20);
                }),
        BIND_FLAG_UNKNOWN(Errno.EINVAL, w -> w.complete().bind(w.ifindex(), 0, 1 << 9)),
        BIND_TWICE(Errno.EBUSY, w -> w.bound(0).bind(w.ifindex(), 1, COPY)),
        BIND_NO_DEVICE(Errno.ENODEV, w -> w.complete().bind(999_999, 0, COPY)),
        BIND_WITHOUT_RINGS(Errno.EINVAL, w -> w.register(UmemConfig.PAGES).bind(w.ifindex(), 0, 0)),
        BIND_WITHOUT_UMEM(
                Errno.EINVAL,
                w -> {
                    XskSocket socket = w.open();
                    socket.rxRing(4);
                    socket.bind(w.ifindex(), 0, COPY);
                }),
        BIND_WITHOUT_COMPLETION(
                Errno.EINVAL,
                w -> {
                    XskSocket socket = w.register(UmemConfig.PAGES);
                    socket.fillRing(4);
                    socket.rxRing(4);
                    socket.bind(w.ifindex(), 0, COPY);
                }),
        BIND_ZERO_COPY(
                Errno.EOPNOTSUPP, w -> w.complete().bind(w.ifindex(), 0, AfXdp.XDP_ZEROCOPY)),
        BIND_COPY_AND_ZERO_COPY(
                Errno.EINVAL, w -> w.complete().bind(w.ifindex(), 0, COPY | AfXdp.XDP_ZEROCOPY)),
        BIND_WHATEVER_MODE(0, w -> w.complete().bind(w.ifindex(), 0, 0)),
        BIND_QUEUE_OUT_OF_RANGE(Errno.EINVAL, w -> w.complete().bind(w.ifindex(), 64, COPY)),
        BIND_QUEUE_TAKEN(
                Errno.EBUSY,
                w -> {
                    w.bound(0);
                    w.complete().bind(w.ifindex(), 0, COPY);
                }),
        SHARED_WITH_FLAGS(
                Errno.EINVAL, w -> w.receiving().bindShared(w.ifindex(), 0, w.bound(0), COPY)),
        SHARED_WITH_OWN_UMEM(
                Errno.EINVAL, w -> w.complete().bindShared(w.ifindex(), 1, w.bound(0), 0)),
        SHARED_OF_UNBOUND(
                Errno.EBADF, w -> w.receiving().bindShared(w.ifindex(), 0, w.complete(), 0)),
        SHARED_SAME_QUEUE(0, w -> w.receiving().bindShared(w.ifindex(), 0, w.bound(0), 0)),
        SHARED_SAME_QUEUE_OWN_FILL(
                Errno.EINVAL,
                w -> {
                    XskSocket socket = w.receiving();
                    socket.fillRing(4);
                    socket.completionRing(4);
                    socket.bindShared(w.ifindex(), 0, w.bound(0), 0);
                }),
        SHARED_OTHER_QUEUE(
                0,
                w -> {
                    XskSocket socket = w.receiving();
                    socket.fillRing(4);
                    socket.completionRing(4);
                    socket.bindShared(w.ifindex(), 1, w.bound(0), 0);
                }),
        SHARED_OTHER_QUEUE_WITHOUT_FILL(
                Errno.EINVAL, w -> w.receiving().bindShared(w.ifindex(), 1, w.bound(0), 0));

        private final int errno;
        private final Consumer<World> steps;

        Misuse(int errno, Consumer<World> steps) {
            this.errno = errno;
            this.steps = steps;
        }

        void assertAnswered(World world) {
            NativeException refused =
                    catchThrowableOfType(NativeException.class, () -> steps.accept(world));
            String answer = refused == null ? "0" : Errno.name(refused.errno());
            assertThat(answer).isEqualTo(errno == 0 ? "0" : Errno.name(errno));
        }
    }

    /// A device with two queues, and sockets on it.
    interface World {
        XskSocket open();

        int ifindex();

        Umem umem(UmemConfig config);

        default XskSocket register(UmemConfig config) {
            XskSocket socket = open();
            socket.registerUmem(umem(config));
            return socket;
        }

        /// A socket with a TX ring only.
        default XskSocket sending() {
            XskSocket socket = open();
            socket.txRing(64);
            return socket;
        }

        /// A socket with an RX ring only.
        default XskSocket receiving() {
            XskSocket socket = open();
            socket.rxRing(4);
            return socket;
        }

        /// A socket that lacks nothing but the bind.
        default XskSocket complete() {
            XskSocket socket = register(UmemConfig.PAGES);
            socket.fillRing(4);
            socket.completionRing(4);
            socket.rxRing(4);
            return socket;
        }

        default XskSocket bound(int queue) {
            XskSocket socket = complete();
            socket.bind(ifindex(), queue, COPY);
            return socket;
        }
    }

    private static final class Things implements AutoCloseable {
        private final List<Umem> umems = new ArrayList<>();
        private final List<XskSocket> sockets = new ArrayList<>();

        Umem umem(UmemConfig config) {
            Umem umem = Umem.allocate(12, config);
            umems.add(umem);
            return umem;
        }

        XskSocket add(XskSocket socket) {
            sockets.add(socket);
            return socket;
        }

        @Override
        public void close() {
            sockets.forEach(XskSocket::close);
            umems.forEach(Umem::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void emulatedSocketRefuses(Misuse misuse) {
        try (Datapath datapath = Datapath.builder().frames(1024).build();
                Things things = new Things()) {
            FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).build();
            nic.up();
            XskDomain domain = XskDomain.of(datapath);
            misuse.assertAnswered(
                    new World() {
                        @Override
                        public XskSocket open() {
                            return things.add(domain.open());
                        }

                        @Override
                        public int ifindex() {
                            return nic.ifindex();
                        }

                        @Override
                        public Umem umem(UmemConfig config) {
                            return things.umem(config);
                        }
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void kernelsSocketRefuses(Misuse misuse) {
        try (NetNs netns = NetNs.create("misuse")) {
            netns.ip(
                    "link",
                    "add",
                    "v0",
                    "numrxqueues",
                    "2",
                    "numtxqueues",
                    "2",
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "v1");
            netns.ip("link", "set", "v0", "up");
            try (NetNamespace _ = NetNamespace.enter(netns.name());
                    Things things = new Things();
                    IfReq interfaces = IfReq.open()) {
                int ifindex = interfaces.index("v0");
                misuse.assertAnswered(
                        new World() {
                            @Override
                            public XskSocket open() {
                                return things.add(KernelXskSocket.open());
                            }

                            @Override
                            public int ifindex() {
                                return ifindex;
                            }

                            @Override
                            public Umem umem(UmemConfig config) {
                                return things.umem(config);
                            }
                        });
            }
        }
    }
}
