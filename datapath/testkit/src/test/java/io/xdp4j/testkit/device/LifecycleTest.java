package io.xdp4j.testkit.device;

import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.FramePool;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DatapathTest(workers = 2)
final class LifecycleTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 60);

    @Test
    void namesAndIndexesAreUniqueAndNamesComeFree(Datapath datapath) {
        FakeNic one = FakeNic.builder(datapath, "one").build();
        FakeNic two = FakeNic.builder(datapath, "two").build();
        assertThat(two.ifindex()).isNotEqualTo(one.ifindex());
        assertThatThrownBy(() -> FakeNic.builder(datapath, "one").build())
                .isInstanceOf(DeviceException.class)
                .hasMessage("device one: name is taken (expected: unique names)");
        one.close();
        assertThat(datapath.device("one")).isEmpty();
        assertThat(FakeNic.builder(datapath, "one").build().ifindex()).isNotEqualTo(one.ifindex());
        assertThat(datapath.devices()).extracting(NetDevice::name).containsExactly("two", "one");
    }

    /// A device that does something while it is made.
    private static final class Unfinished extends NetDevice {
        Unfinished(Datapath datapath, String name, Runnable meanwhile) {
            super(datapath, new DeviceInit(name, 0, 1500, 0x0200_0000_0001L, 1));
            meanwhile.run();
        }

        @Override
        public String transport() {
            return "unfinished";
        }

        @Override
        public int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush) {
            return 0;
        }
    }

    @Test
    void aDeviceIsThereOnceItIsMade(Datapath datapath) {
        Unfinished device =
                new Unfinished(datapath, "nic0", () -> assertThat(datapath.devices()).isEmpty());
        assertThat(datapath.devices()).isEmpty();
        assertThat(datapath.register(device)).isSameAs(device);
        assertThat(datapath.devices()).containsExactly(device);
        assertThat(datapath.target(device)).isNotNull();
    }

    @Test
    void aDeviceThatCannotBeMadeLeavesNothing(Datapath datapath) {
        assertThatThrownBy(() ->
                        new Unfinished(
                                datapath,
                                "nic0",
                                () -> {
                                    throw new IllegalStateException("no wire");
                                }))
                .hasMessage("no wire");
        assertThat(datapath.devices()).isEmpty();
        FakeNic.builder(datapath, "nic0").build();
    }

    @Test
    void ofTwoMadeUnderOneNameTheSecondIsClosedAndTheFirstStays(Datapath datapath) {
        List<NetDevice> gone = new ArrayList<>();
        datapath.onUnregister(gone::add);
        Unfinished first = new Unfinished(datapath, "nic0", () -> {});
        Unfinished second = new Unfinished(datapath, "nic0", () -> {});
        datapath.register(first);
        assertThatThrownBy(() -> datapath.register(second))
                .hasMessage("device nic0: name is taken (expected: unique names)");
        assertThat(datapath.device("nic0")).contains(first);
        assertThat(datapath.target(first)).isNotNull();
        assertThat(gone).isEmpty();
        first.close();
        assertThat(gone).containsExactly(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    sixteen-letters- | 1500  | 1  | name: sixteen-letters- (expected: 1..15 characters without '/')
                    a/b              | 1500  | 1  | name: a/b (expected: 1..15 characters without '/')
                    nic0             | 67    | 1  | nic0: mtu: 67 (expected: 68..65535)
                    nic0             | 65536 | 1  | nic0: mtu: 65536 (expected: 68..65535)
                    nic0             | 1500  | 0  | nic0: queues: 0 (expected: 1..64)
                    nic0             | 1500  | 65 | nic0: queues: 65 (expected: 1..64)
                    """)
    void refusesWhatNoDeviceCanHave(
            String name, int mtu, int queues, String message, Datapath datapath) {
        assertThatThrownBy(() -> FakeNic.builder(datapath, name).mtu(mtu).queues(queues).build())
                .isInstanceOf(DeviceException.class)
                .hasMessage(message);
    }

    @Test
    void namesTheKnownTransports(Datapath datapath) {
        assertThatThrownBy(() -> datapath.open(new DeviceSpec("nic0", "token-ring", Map.of())))
                .isInstanceOf(DeviceException.class)
                .hasMessageMatching("nic0: transport: token-ring \\(expected: one of \\[.*\\]\\)");
    }

    @Test
    void queuesGoRoundTheWorkersFromWhereTheLastDeviceEnded(Datapath datapath) {
        FakeNic one = FakeNic.builder(datapath, "one").queues(3).build();
        FakeNic two = FakeNic.builder(datapath, "two").queues(2).build();
        assertThat(one.rxQueues())
                .extracting(queue -> queue.worker().index())
                .containsExactly(0, 1, 0);
        assertThat(two.rxQueues())
                .extracting(queue -> queue.worker().index())
                .containsExactly(1, 0);
    }

    @Test
    void drainLetsEverythingUnderWayOut(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        CpuMap one = new CpuMap(datapath, "one", 2);
        CpuMap two = new CpuMap(datapath, "two", 2);
        two.update(0, 16_384);
        one.update(1, 16_384, xdp -> xdp.redirectMap(two, 0, 0), 0);
        nic.attach(xdp -> xdp.redirectMap(one, 1, XDP_PASS));
        byte[][] batch = Collections.nCopies(400, FRAME).toArray(byte[][]::new);
        nic.inject(0, batch).inject(1, batch);
        Ledger ledger = datapath.drain(SOON.toNanos());
        LedgerAssert.assertThat(ledger).isBalanced().hasNoDrops();
        assertThat(ledger.in()).isEqualTo(ledger.passed()).isLessThanOrEqualTo(800);
    }

    @Test
    void controlCallsDoNotWaitForThemselves(Datapath datapath) throws Exception {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> XDP_TX);
        datapath.workers()
                .get(0)
                .eventLoop()
                .submit(() ->
                        assertThatThrownBy(nic::detach)
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("would wait for itself"))
                .sync();
    }

    @Test
    void thePoolHandsOutEachChunkOnceAndRefusesASecondReturn() {
        try (FramePool pool = new FramePool(1000 + 30, 1)) {
            assertThat(pool.size()).isEqualTo(1088);
            XdpFrame[] frames = new XdpFrame[pool.size()];
            for (int i = 0; i < frames.length; i++) {
                XdpFrame frame = pool.allocateForeign();
                assertThat(frame).isNotNull();
                if (frame != null) {
                    frames[i] = frame;
                }
            }
            assertThat(pool.allocateForeign()).isNull();
            assertThat(pool.free()).isZero();
            assertThat(frames).doesNotHaveDuplicates();
            for (XdpFrame frame : frames) {
                pool.freeForeign(frame);
            }
            assertThat(pool.free()).isEqualTo(pool.size());
            assertThatThrownBy(() -> pool.freeForeign(frames[7]))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("frame freed twice: XdpFrame[");
        }
    }
}
