package io.xdp4j.ebpf.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.map.MapSpec.SpecialField;
import io.xdp4j.ebpf.memory.RawMemory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Values by field name, batches, and the fields that the kernel manages.
class MapViewTest {
    private static final byte[] KEY = {1, 0, 0, 0};

    /// `struct flow` of flow.c beside it, as clang wrote it.
    private static BtfSpec btf() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(MapViewTest.class.getResourceAsStream("flow.btf"))) {
            return BtfSpec.parse(in.readAllBytes());
        }
    }

    private static int structId(BtfSpec btf) {
        return btf.idOf(BtfType.Struct.class, "flow");
    }

    private static StructView found(MapView view) {
        return Objects.requireNonNull(view.get(KEY));
    }

    private static BpfMap flows(MapType type, BtfSpec btf) {
        int id = structId(btf);
        return MapFactory.create(
                new MapSpec("flows", type, 4, 48, 8, 0, 0, null, List.of(), btf, 0, id), 1, 2);
    }

    @ParameterizedTest
    @EnumSource(
            value = MapType.class,
            names = {"HASH", "ARRAY", "LRU_HASH", "PERCPU_HASH", "PERCPU_ARRAY"})
    void readsAndWritesFieldsInPlace(MapType type) throws IOException {
        try (BpfMap map = flows(type, btf())) {
            MapView view = MapView.of(map);
            byte[] value = new byte[48];
            value[0] = 5;
            value[8] = -2;
            value[12] = (byte) 0xb5;
            value[22] = 7;
            map.update(KEY, value, 0);
            StructView flow = found(view);
            assertThat(flow.get("packets")).isEqualTo(5);
            assertThat(flow.get("delta")).isEqualTo(254);
            assertThat(flow.get("low")).isEqualTo(5);
            assertThat(flow.get("high")).isEqualTo(-5);
            assertThat(flow.get("ports[3]")).isEqualTo(7);
            flow.set("inner.bytes", 1L << 40);
            flow.set("hidden", -1);
            assertThat(flow.get("inner.bytes")).isEqualTo(1L << 40);
            assertThat(flow.get("hidden")).isEqualTo(-1);
            byte[] now = Objects.requireNonNull(map.lookup(KEY));
            assertThat(now[29]).isEqualTo((byte) 1);
            assertThat(flow.bytes("ports")).hasSize(8).containsSequence(7, 0);
            StructField packets = view.field("packets");
            assertThat(view.sum(KEY, packets)).isEqualTo(type.isPerCpu() ? 10 : 5);
        }
    }

    @Test
    void namesTheFieldThatIsMissing() throws IOException {
        try (BpfMap map = flows(MapType.HASH, btf())) {
            MapView view = MapView.of(map);
            assertThatThrownBy(() -> view.field("inner.nothing"))
                    .hasMessageContaining("nothing")
                    .hasMessageContaining("inner");
            assertThatThrownBy(() -> view.field("ports[4]")).hasMessageContaining("[4]");
            assertThat(view.get(KEY)).isNull();
        }
    }

    @Test
    void batchesWalkTheWholeMapOnce() {
        try (BpfMap map = MapFactory.create(MapSpec.of("h", MapType.HASH, 4, 4, 100, 0), 1, 2)) {
            List<MapBatch.Entry> entries = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                entries.add(new MapBatch.Entry(new byte[] {(byte) i, 0, 0, 0}, new byte[4]));
            }
            MapBatch.update(map, entries, MapFlags.NOEXIST);
            int seen = 0;
            byte[] cursor = null;
            do {
                MapBatch.Page page = MapBatch.lookup(map, cursor, 7);
                seen += page.entries().size();
                cursor = page.cursor();
            } while (cursor != null);
            assertThat(seen).isEqualTo(100);
            assertThat(MapBatch.lookupAndDelete(map, 60).cursor()).isNotNull();
            assertThat(MapBatch.lookupAndDelete(map, 60).entries()).hasSize(40);
            assertThat(map.count()).isZero();
            assertThatThrownBy(() -> MapBatch.delete(map, List.of(KEY)))
                    .hasMessageContaining("ENOENT")
                    .hasMessageContaining("after 0 entries");
        }
    }

    @Test
    void arraysHaveNoDeletingBatches() {
        try (BpfMap map = MapFactory.create(MapSpec.of("a", MapType.ARRAY, 4, 4, 2, 0), 1, 2)) {
            assertThatThrownBy(() -> MapBatch.delete(map, List.of(KEY)))
                    .isInstanceOfSatisfying(
                            MapException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENOTSUPP));
            assertThat(MapBatch.lookup(map, null, 5).entries()).hasSize(2);
        }
    }

    /// A program that changes the whole value under its lock.
    private static void write(long value) {
        for (int i = 0; i < 20_000; i++) {
            SpinWord.lock(value);
            for (int at = 4; at < 64; at++) {
                RawMemory.putByte(value + at, i);
            }
            SpinWord.unlock(value);
        }
    }

    private static final class Hook implements MapEnvironment {
        final List<String> released = new ArrayList<>();

        @Override
        public void release(BpfMap map, SpecialField kind, long field) {
            released.add(kind.kind() + " " + RawMemory.getLong(field));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MapType.class,
            names = {"HASH", "ARRAY", "LRU_HASH"})
    void keepsManagedFieldsFromUsersAndFreesThem(MapType type) {
        List<SpecialField> fields =
                List.of(
                        new SpecialField("bpf_timer", 16, 16),
                        new SpecialField("bpf_spin_lock", 4, 4));
        MapSpec spec = new MapSpec("t", type, 4, 40, 4, 0, 0, null, fields, null, 0, 0);
        Hook hook = new Hook();
        try (BpfMap map = MapFactory.create(spec, 1, 2, hook);
                Arena arena = Arena.ofConfined()) {
            byte[] ones = new byte[40];
            Arrays.fill(ones, (byte) 1);
            map.update(KEY, ones, 0);
            hook.released.clear();
            long key = arena.allocate(4, 4).address();
            RawMemory.copyIn(KEY, 0, key, 4);
            long value = map.lookup(key, 0);
            assertThat(RawMemory.getInt(value)).isEqualTo(0x01010101);
            assertThat(RawMemory.getInt(value + 4)).isZero();
            assertThat(RawMemory.getLong(value + 16)).isZero();
            assertThat(RawMemory.getLong(value + 32)).isEqualTo(0x0101010101010101L);
            RawMemory.putLong(value + 16, 77); // as a timer that a program started
            byte[] seen = Objects.requireNonNull(map.lookup(KEY));
            assertThat(seen[16]).isZero();
            assertThat(seen[39]).isEqualTo((byte) 1);
            map.update(KEY, ones, 0);
            assertThat(hook.released).containsExactly("bpf_timer 77");
            assertThatThrownBy(map::freeze).hasMessageContaining("ENOTSUPP");
        }
    }

    @Test
    void copiesUnderTheLockThatTheValueHolds() throws InterruptedException, IOException {
        List<SpecialField> fields = List.of(new SpecialField("bpf_spin_lock", 0, 4));
        MapSpec spec = new MapSpec("l", MapType.HASH, 4, 64, 4, 0, 0, null, fields, null, 0, 0);
        try (BpfMap map = MapFactory.create(spec, 1, 2)) {
            map.update(KEY, new byte[64], 0);
            long value = found(MapView.of(map, btf(), structId(btf()))).address();
            Thread writer = Thread.ofPlatform().start(() -> write(value));
            while (writer.isAlive()) {
                byte[] seen = Objects.requireNonNull(map.lookup(KEY, MapFlags.LOCK));
                for (int i = 5; i < 64; i++) {
                    assertThat(seen[i]).isEqualTo(seen[4]);
                }
            }
            writer.join();
        }
    }
}
