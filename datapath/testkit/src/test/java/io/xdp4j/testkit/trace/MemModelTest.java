package io.xdp4j.testkit.trace;

import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.frame.XdpMemIds;
import io.xdp4j.core.frame.XdpMemInfo;
import io.xdp4j.core.frame.XdpMemType;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TraceRecorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Memory models of receive queues and of the frames that came in by them.
@DatapathTest(workers = 2)
final class MemModelTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void queuesConnectAsTheDeviceComesUp(Datapath datapath) {
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).build();
            assertThat(trace.lines()).isEmpty();
            nic.up();
            nic.down();
            nic.up();
        }
        assertThat(trace.lines())
                .extracting(line -> line.replaceAll("allocator=[0-9a-f]{16}", "allocator=X"))
                .containsExactly(
                        "mem_connect mem_id=1 mem_type=PAGE_POOL allocator=X ifindex=1001",
                        "mem_connect mem_id=2 mem_type=PAGE_POOL allocator=X ifindex=1001",
                        "mem_disconnect mem_id=1 mem_type=PAGE_POOL allocator=X",
                        "mem_disconnect mem_id=2 mem_type=PAGE_POOL allocator=X",
                        "mem_connect mem_id=3 mem_type=PAGE_POOL allocator=X ifindex=1001",
                        "mem_connect mem_id=4 mem_type=PAGE_POOL allocator=X ifindex=1001");
    }

    @Test
    void idsGoRoundAndSkipThoseInUse() {
        XdpMemIds ids = new XdpMemIds();
        int kept = ids.take();
        for (int id = 2; id <= 0xfffe; id++) {
            assertThat(ids.take()).isEqualTo(id);
            ids.release(id);
        }
        assertThat(kept).isEqualTo(1);
        assertThat(ids.take()).isEqualTo(2);
    }

    @Test
    void aFrameKeepsItsFirstOwnersModel(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        XdpMemInfo model = nic.rxQueues().getFirst().mem();
        assertThat(model.type()).isEqualTo(XdpMemType.PAGE_POOL);
        List<@Nullable XdpMemInfo> seen = new CopyOnWriteArrayList<>();
        datapath.workers()
                .all()
                .forEach(worker ->
                        nic.setHostPath(
                                worker,
                                frame -> {
                                    seen.add(frame.mem());
                                    worker.frames().free(frame);
                                }));
        CpuMap map = new CpuMap(datapath, "map", 2);
        map.update(1, 8);
        nic.attach(xdp -> xdp.length() == 60 ? XDP_PASS : xdp.redirectMap(map, 1, 0));
        nic.inject(0, Frames.udp4(1, 60), Frames.udp4(2, 61)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasPassed(2);
        assertThat(seen).containsExactlyInAnyOrder(model, model);
    }
}
