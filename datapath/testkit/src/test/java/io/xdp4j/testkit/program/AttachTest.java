package io.xdp4j.testkit.program;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@DatapathTest(workers = 2)
final class AttachTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final byte[] FRAME = Frames.udp4(1, 60);

    @Test
    void aReplacedProgramIsNotDetached(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        AttachedProgram first = nic.attach(xdp -> XDP_DROP);
        AttachedProgram second = nic.attach(xdp -> XDP_TX);
        nic.detachIf(first);
        assertThat(nic.attached()).isEqualTo(second);
        nic.detachIf(second);
        assertThat(nic.attached()).isNull();
        nic.inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void aProgramKeepsItsId(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        XdpProgram one = xdp -> XDP_DROP;
        XdpProgram two = xdp -> XDP_PASS;
        int id = nic.attach(one).id();
        assertThat(nic.attach(two).id()).isNotEqualTo(id);
        assertThat(nic.attach(one)).isEqualTo(new AttachedProgram(one, id, false));
    }

    /// Ids are kept for programs that somebody has, not for all that ever were.
    @Test
    void nothingIsLeftOfReplacedPrograms(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        List<WeakReference<XdpProgram>> replaced = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            replaced.add(attachNew(nic, i % 2 == 0 ? XDP_DROP : XDP_PASS));
        }
        nic.detach();
        for (int attempt = 0; attempt < 10 && !replaced.isEmpty(); attempt++) {
            System.gc();
            replaced.removeIf(program -> program.refersTo(null));
        }
        assertThat(replaced).isEmpty();
    }

    private static WeakReference<XdpProgram> attachNew(FakeNic nic, int verdict) {
        XdpProgram program = xdp -> verdict;
        assertThat(nic.attach(program).id()).isNotZero();
        return new WeakReference<>(program);
    }

    @Test
    void swappingUnderLoadLosesNoFrame(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        AtomicInteger none = new AtomicInteger();
        int batches = 400;
        byte[][] batch = Collections.nCopies(100, FRAME).toArray(byte[][]::new);
        for (int i = 0; i < batches; i++) {
            nic.inject(i % 2, batch);
            switch (i % 4) {
                case 0 -> nic.attach(xdp -> XDP_DROP);
                case 1 -> nic.attach(xdp -> XDP_TX);
                case 2 -> {
                    nic.detach();
                    none.incrementAndGet();
                }
                default -> nic.attach(xdp -> XDP_PASS);
            }
        }
        nic.awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(100L * batches);
        assertThat(none).hasValue(batches / 4);
        long handled = 0;
        for (RxQueue queue : nic.rxQueues()) {
            handled += queue.xdpPass() + queue.xdpDrop() + queue.xdpTx();
        }
        assertThat(handled).isEqualTo(100L * batches);
    }

    @Test
    void afterDetachReturnsTheProgramRunsNowhere(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        byte[][] batch = Collections.nCopies(500, FRAME).toArray(byte[][]::new);
        for (int i = 0; i < 20; i++) {
            AtomicInteger runs = new AtomicInteger();
            nic.attach(xdp -> {
                runs.incrementAndGet();
                return XDP_DROP;
            });
            nic.inject(0, batch).inject(1, batch);
            nic.detach();
            int after = runs.get();
            nic.awaitProcessed(SOON);
            assertThat(runs).hasValue(after);
        }
    }
}
