package io.xdp4j.afxdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.afxdp.emulated.EmulatedXskSocket;
import io.xdp4j.afxdp.emulated.XskDomain;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.core.redirect.XskMap;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What goes away while frames come: each frame ends in a counter all the same.
@DatapathTest(workers = 1, frames = 4096)
class UnderLoadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int ROUNDS = 20;
    private static final int BURST = 200;
    private static final int RING = 64;

    private final byte[][] burst = new byte[BURST][];
    private FakeNic nic;
    private XskMap map;

    @BeforeEach
    void prepare(Datapath datapath) {
        Arrays.fill(burst, Frames.udp4(1, 60));
        map = new XskMap(datapath, "xsks", 1);
        nic = newNic(datapath);
    }

    private FakeNic newNic(Datapath datapath) {
        FakeNic made = FakeNic.builder(datapath, "nic0").build();
        XskMap sockets = map;
        made.attach(xdp -> xdp.redirectMap(sockets, 0, 1));
        made.up();
        return made;
    }

    /// A socket with its rings; its user is the test.
    private final class User implements AutoCloseable {
        private final Umem umem = Umem.allocate(RING, UmemConfig.PAGES);
        private final EmulatedXskSocket socket;
        private final FillRing fill;
        private final RxRing rx;
        private final TxRing tx;

        User(Datapath datapath) {
            socket = XskDomain.of(datapath).open();
            socket.registerUmem(umem);
            fill = socket.fillRing(RING);
            socket.completionRing(RING);
            rx = socket.rxRing(RING);
            tx = socket.txRing(RING);
            socket.bind(nic.ifindex(), 0, AfXdp.XDP_COPY);
            map.update(0, socket.descriptor(), UpdateFlags.BPF_ANY);
            refill(RING);
        }

        private void refill(int count) {
            int room = fill.reserve(count);
            for (int i = 0; i < room; i++) {
                fill.put(umem.chunk(i));
            }
            fill.submit();
        }

        void take() {
            int count = rx.peek(RING);
            rx.release(count);
            refill(count);
        }

        @Override
        public void close() {
            socket.close();
            umem.close();
        }
    }

    @Test
    void socketClosedUnderLoad(Datapath datapath) {
        for (int round = 0; round < ROUNDS; round++) {
            User user = new User(datapath);
            nic.inject(0, burst);
            user.take();
            user.close(); // its memory is gone now
        }
        nic.awaitProcessed(PATIENCE);
        Ledger ledger = datapath.ledger();
        LedgerAssert.assertThat(ledger).isBalanced().hasIn((long) ROUNDS * BURST);
        // Into the socket, or dropped by the look-up's answer, or by the ring's end.
        assertThat(ledger.drops().keySet())
                .isSubsetOf(
                        DropReason.XDP_DROP,
                        DropReason.XSK_FILL_EMPTY,
                        DropReason.XSK_RING_FULL,
                        DropReason.REDIRECT_NO_TARGET);
    }

    @Test
    void deviceRemovedUnderLoad(Datapath datapath) {
        for (int round = 0; round < ROUNDS; round++) {
            try (User user = new User(datapath)) {
                nic.inject(0, burst);
                user.take();
                nic.close();
                assertThat(user.socket.takeError()).isEqualTo(Errno.ENETDOWN);
                assertThat(user.socket.wakeTx()).isEqualTo(-Errno.ENXIO);
            }
            nic = newNic(datapath);
        }
        LedgerAssert.settled(datapath).isBalanced();
    }

    /// Corrupt indexes stop the socket's own rings; frames for it are counted, others' go on.
    @Test
    void indexesCorruptedUnderLoad(Datapath datapath) {
        try (User user = new User(datapath)) {
            nic.inject(0, burst).awaitProcessed(PATIENCE);
            user.fill.cancel(-(1 << 20));
            user.fill.submit();
            user.tx.cancel(1 << 20);
            user.tx.submit();
            user.rx.release(-(1 << 20));
            nic.inject(0, burst).awaitProcessed(PATIENCE);
            assertThat(user.socket.wakeTx()).isZero();
            assertThat(nic.transmitted()).isEmpty();
            assertThat(user.socket.statistics().rxFillRingEmptyDescs())
                    .isGreaterThanOrEqualTo(BURST);
        }
        LedgerAssert.settled(datapath).isBalanced().hasIn(2L * BURST).hasPassed(RING);
    }
}
