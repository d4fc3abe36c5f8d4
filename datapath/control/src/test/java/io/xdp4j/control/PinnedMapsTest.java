package io.xdp4j.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Objects of one datapath whose maps are pinned by name.
@DatapathTest
final class PinnedMapsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Its maps, all pinned by name.
    private static CollectionSpec redirectCpu() {
        CollectionSpec object =
                Collection.read(Path.of("../../samples/bpf/xdp_redirect_cpu.bpf.o"));
        return new CollectionSpec(
                object.file(),
                object.license(),
                object.kernelVersion(),
                object.maps().stream()
                        .map(map -> map.withPinning(MapDefinition.Pinning.BY_NAME))
                        .toList(),
                object.programs(),
                object.btf());
    }

    private static byte[] words(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    @Test
    void keepsCpusAndTheirProgramsThroughTheUnloadOfTheObjectThatFilledThem(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        try (DatapathObjects objects = new DatapathObjects(datapath)) {
            LiveObject first = objects.load("first", redirectCpu(), LoadOptions.DEFAULT);
            LiveObject second = objects.load("second", redirectCpu(), LoadOptions.DEFAULT);
            assertThat(objects.cpuMaps()).as("shared, so once").hasSize(1);
            Collection maps = first.collection();
            int drop = maps.program("cpumap_drop").id();
            maps.map("cpu_map").update(words(1), words(64, drop), 0);
            maps.map("cpus_available").update(words(0), words(1), 0);
            maps.map("cpus_count").update(words(0), words(1), 0);
            objects.unload(first);
            assertThat(objects.cpuMaps()).hasSize(1);
            nic.attach(second.running(second.collection().program("cpumap_no_touch")));
            nic.inject(0, Frames.udp4(1, 60), Frames.udp4(2, 60)).awaitProcessed(PATIENCE);
            datapath.workers().synchronize();
            assertThat(objects.cpuMaps().getFirst().all())
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.cpu()).isEqualTo(1))
                    .satisfies(entry ->
                            assertThat(entry.stats())
                                    .extracting(stats -> stats.drop())
                                    .contains(2L));
            assertThat(maps.maps()).as("the first object's program is in use").isNotEmpty();
            objects.unload(second);
            assertThat(datapath.bpf().maps()).isEmpty();
        }
    }

    /// Two objects share an array of maps, whose first map is the first object's.
    @Test
    void keepsMapsThatASharedArrayOfMapsNames(Datapath datapath) {
        MapSpec inner = MapSpec.of("inner", MapType.ARRAY, 4, 4, 1, 0);
        MapSpec outer = MapSpec.of("outer", MapType.ARRAY_OF_MAPS, 4, 4, 2, 0).withInner(inner);
        CollectionSpec spec =
                new CollectionSpec(
                        "maps.o",
                        "GPL",
                        0,
                        List.of(
                                MapDefinition.of(inner, ".maps"),
                                MapDefinition.of(outer, ".maps")
                                        .withPinning(MapDefinition.Pinning.BY_NAME)),
                        List.of(),
                        null);
        try (DatapathObjects objects = new DatapathObjects(datapath)) {
            LiveObject first = objects.load("first", spec, LoadOptions.DEFAULT);
            LiveObject second = objects.load("second", spec, LoadOptions.DEFAULT);
            BpfMap shared = second.collection().map("outer");
            int id = first.collection().map("inner").id();
            shared.update(words(0), words(id), 0);
            objects.unload(first);
            assertThat(shared.lookup(words(0))).isEqualTo(words(id));
            assertThat(datapath.bpf().mapById(id)).isNotNull();
            objects.unload(second);
            assertThat(datapath.bpf().maps()).isEmpty();
        }
    }
}
