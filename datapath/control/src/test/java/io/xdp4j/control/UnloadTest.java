package io.xdp4j.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.redirect.CpuMapStats;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.StalledWorker;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// An object is freed when nothing runs its programs any more.
final class UnloadTest {
    /// Many more than a worker polls before it looks at what else there is to do.
    private static final int FRAMES = 8_000;

    private static byte[] words(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    private static LiveObject load(DatapathObjects objects, String name) {
        return objects.load(
                name,
                Collection.read(Path.of("../../samples/bpf/xdp_redirect_cpu.bpf.o")),
                LoadOptions.DEFAULT);
    }

    /// Keeps a worker at its frame while a thread has something to do.
    private record Slow(Thread other) implements TraceListener {
        @Override
        public void frameDropped(DropReason reason, int ifindex) {
            while (other.getState() == Thread.State.RUNNABLE) {
                Thread.onSpinWait();
            }
        }
    }

    /// The entry that runs the object's program has been replaced, but its ring is full.
    @Test
    @DatapathTest(frames = 2 * FRAMES)
    void waitsForTheRingsOfReplacedCpus(Datapath datapath) throws Exception {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        try (DatapathObjects objects = new DatapathObjects(datapath)) {
            LiveObject spreads = load(objects, "spreads");
            LiveObject drops = load(objects, "drops");
            BpfMap cpus = spreads.collection().map("cpu_map");
            int program = drops.collection().program("cpumap_drop").id();
            cpus.update(words(1), words(FRAMES, program), 0);
            spreads.collection().map("cpus_available").update(words(0), words(1), 0);
            spreads.collection().map("cpus_count").update(words(0), words(1), 0);
            nic.attach(spreads.running(spreads.collection().program("cpumap_no_touch")));
            CompletableFuture<Ledger> atUnload = new CompletableFuture<>();
            Thread unloading =
                    Thread.ofPlatform()
                            .unstarted(() -> {
                                cpus.update(words(1), words(64, 0), 0);
                                objects.unload(drops);
                                atUnload.complete(datapath.ledger());
                            });
            datapath.tracepoints()
                    .subscribe(new Slow(unloading), List.of(Tracepoint.FRAME_DROPPED));
            try (StalledWorker _ = StalledWorker.of(datapath.workers().get(1))) {
                nic.inject(
                        0, Collections.nCopies(FRAMES, Frames.udp4(1, 60)).toArray(byte[][]::new));
                while (enqueued(objects) < FRAMES) {
                    Thread.onSpinWait();
                }
                unloading.start();
                while (unloading.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait(); // for the stalled worker
                }
            }
            assertThat(atUnload.get().dropped(DropReason.CPUMAP_PROGRAM)).isEqualTo(FRAMES);
            assertThat(objects.program(program)).isEmpty();
            unloading.join();
        }
    }

    private static long enqueued(DatapathObjects objects) {
        return objects.cpuMaps().stream()
                .flatMap(map -> map.all().stream())
                .flatMap(entry -> entry.stats().stream())
                .mapToLong(CpuMapStats::processed)
                .sum();
    }
}
