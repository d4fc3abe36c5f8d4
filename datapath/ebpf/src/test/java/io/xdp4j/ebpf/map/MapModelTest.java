package io.xdp4j.ebpf.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Random operations from the program's side, beside a map of the JDK.
class MapModelTest {
    private static final int CPUS = 2;
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    private static long value(long at) {
        return RawMemory.getLong(at);
    }

    @ParameterizedTest
    @CsvSource({
        "1,100", "2,100", "3,1", "4,100", "4,1", "5,7", "7,64", "8,100", "9,100", "12,1000",
        "13,100", "16,300", "20,100", "24,100", "37,100", "40,5000", "260,10"
    })
    void hashAgreesWithModel(int keySize, int entries) {
        for (MapType type : new MapType[] {MapType.HASH, MapType.PERCPU_HASH}) {
            MapSpec spec = MapSpec.of("h", type, keySize, 12, entries, 0);
            try (BpfMap map = MapFactory.create(spec, 1, CPUS)) {
                compare(map, keySize, entries);
            }
        }
    }

    private void compare(BpfMap map, int keySize, int entries) {
        Random random = new Random(keySize * 31L + entries);
        long key = arena.allocate(keySize, 8).address();
        long bytes = arena.allocate(16, 8).address();
        Map<Long, Long> model = new HashMap<>();
        for (int round = 0; round < 20_000; round++) {
            long name =
                    Math.min(random.nextInt(entries * 2), (1L << (8 * Math.min(keySize, 7))) - 1);
            write(key, keySize, name);
            RawMemory.putLong(bytes, round);
            switch (random.nextInt(4)) {
                case 0 -> {
                    int expected = model.remove(name) == null ? -Errno.ENOENT : 0;
                    assertThat(map.delete(key, 0)).isEqualTo(expected);
                }
                case 1 -> {
                    long at = map.lookup(key, 0);
                    assertThat(at == 0 ? null : value(at)).isEqualTo(model.get(name));
                    assertThat(at == 0 || map.owns(at, 12)).isTrue();
                    assertThat(at != 0 && map.owns(at, 13)).isFalse();
                    assertThat(at != 0 && map.owns(at - 1, 1)).isFalse();
                }
                default -> {
                    long flags = random.nextInt(3);
                    int expected = expected(model, name, flags, entries);
                    if (expected == 0) {
                        model.put(name, (long) round);
                    }
                    assertThat(map.update(key, bytes, flags, 0)).isEqualTo(expected);
                }
            }
        }
        assertThat(map.count()).isEqualTo(model.size());
        Set<String> seen = new HashSet<>();
        map.forEach((k, _) -> assertThat(seen.add(java.util.Arrays.toString(k))).isTrue());
        assertThat(seen).hasSameSizeAs(model.keySet());
    }

    private static int expected(Map<Long, Long> model, long name, long flags, int entries) {
        boolean isThere = model.containsKey(name);
        if (isThere && flags == MapFlags.NOEXIST) {
            return -Errno.EEXIST;
        }
        if (!isThere && flags == MapFlags.EXIST) {
            return -Errno.ENOENT;
        }
        return !isThere && model.size() == entries ? -Errno.E2BIG : 0;
    }

    /// Spreads the number over the key, so that all of it counts.
    private static void write(long key, int size, long name) {
        for (int i = 0; i < size; i++) {
            RawMemory.putByte(key + i, (int) (name >>> (8 * (i % Math.min(size, 4)))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LRU_HASH", "LRU_PERCPU_HASH"})
    void lruNeverRefusesAndNeverExceedsItsSize(MapType type) {
        for (int entries : new int[] {1, 2, 10, 1000}) {
            try (BpfMap map = MapFactory.create(MapSpec.of("l", type, 4, 8, entries, 0), 1, CPUS)) {
                long key = arena.allocate(4, 8).address();
                long bytes = arena.allocate(8, 8).address();
                for (int i = 0; i < 5000; i++) {
                    RawMemory.putInt(key, i);
                    RawMemory.putLong(bytes, i);
                    assertThat(map.update(key, bytes, 0, i & 1)).isZero();
                    assertThat(value(map.lookup(key, i & 1))).isEqualTo(i);
                }
                // What CPUs have in stock is not in the map.
                int stock = CPUS * Math.clamp(entries / CPUS / 2, 1, 128);
                assertThat(map.count()).isBetween(Math.max(1, entries - stock), entries);
            }
        }
    }

    @Test
    void lruKeepsWhatIsLookedUp() {
        try (BpfMap map =
                MapFactory.create(MapSpec.of("l", MapType.LRU_HASH, 4, 8, 100, 0), 1, CPUS)) {
            long key = arena.allocate(4, 8).address();
            long bytes = arena.allocate(8, 8).address();
            for (int i = 0; i < 10_000; i++) {
                RawMemory.putInt(key, i);
                assertThat(map.update(key, bytes, 0, 0)).isZero();
                RawMemory.putInt(key, 0);
                assertThat(map.lookup(key, 0)).isNotZero();
            }
        }
    }

    @Test
    void holderOfAReplacedValueKeepsReadingTheOldBytes() {
        try (BpfMap map = MapFactory.create(MapSpec.of("h", MapType.HASH, 4, 8, 1, 0), 1, CPUS)) {
            long key = arena.allocate(4, 8).address();
            long bytes = arena.allocate(8, 8).address();
            RawMemory.putLong(bytes, 1);
            map.update(key, bytes, 0, 0);
            long old = map.lookup(key, 0);
            RawMemory.putLong(bytes, 2);
            assertThat(map.update(key, bytes, 0, 0)).isZero();
            assertThat(value(old)).isEqualTo(1);
            assertThat(value(map.lookup(key, 0))).isEqualTo(2);
            assertThat(map.owns(old, 8)).isTrue();
        }
    }
}
