package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.LedgerAssert;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What becomes of a burst in which one frame fails.
@DatapathTest
final class VethBurstTest {
    private static final int FRAMES = RxQueue.BURST + 4;

    @Test
    void framesBehindOneThatFailsArrive(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(Programs.PASS);
        RxQueue queue = pair.second().rxQueues().getFirst();
        Worker worker = queue.worker();
        AtomicInteger received = new AtomicInteger();
        pair.second()
                .setHostPath(
                        worker,
                        frame -> {
                            worker.frames().free(frame);
                            if (received.incrementAndGet() == 3) {
                                throw new IllegalStateException("the third frame");
                            }
                        });
        HostSender.on(pair.first()).send(0, TestFrames.of(FRAMES, 60));
        LedgerAssert.settled(datapath).hasPassed(FRAMES).dropsOnly(Map.of());
        assertThat(received).hasValue(FRAMES);
        assertThat(queue.packets()).isEqualTo(FRAMES);
        assertThat(queue.xdpPass()).isEqualTo(FRAMES);
    }
}
