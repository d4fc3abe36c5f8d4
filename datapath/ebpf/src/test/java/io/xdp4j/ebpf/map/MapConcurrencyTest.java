package io.xdp4j.ebpf.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Three CPUs and a user on one map; each run ends after a number of operations.
class MapConcurrencyTest {
    private static final int CPUS = 3;
    private static final int OPERATIONS = 120_000;

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        arena.close();
    }

    @FunctionalInterface
    private interface Work {
        void run(int worker, Random random, long key, long value);
    }

    /// Runs the work on four threads: 0 to 2 are CPUs, 3 is the user.
    private void onAll(Work work) throws InterruptedException {
        AtomicReference<Throwable> failed = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int worker = 0; worker <= CPUS; worker++) {
            int me = worker;
            long key = arena.allocate(64, 64).address();
            long value = arena.allocate(64, 64).address();
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    work.run(me, new Random(me), key, value);
                                } catch (Throwable e) {
                                    failed.set(e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join(60_000);
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(failed.get()).isNull();
    }

    private static void fillKey(long key, int size, int number) {
        for (int i = 0; i < size; i += 4) {
            RawMemory.putInt(key + i, number);
        }
    }

    @ParameterizedTest
    @CsvSource({"HASH,4", "HASH,8", "HASH,16", "HASH,40", "LRU_HASH,4", "LRU_HASH,40"})
    void wordsAreNeverTornAndTheLimitHolds(MapType type, int keySize) throws InterruptedException {
        int most = 64;
        try (BpfMap map = MapFactory.create(MapSpec.of("h", type, keySize, 16, most, 0), 1, CPUS)) {
            onAll((worker, random, key, value) -> {
                for (int i = 0; i < OPERATIONS; i++) {
                    fillKey(key, keySize, random.nextInt(2 * most));
                    long half = random.nextInt() & 0xffff_ffffL;
                    RawMemory.putLong(value, (half << 32) | half);
                    RawMemory.putLong(value + 8, (half << 32) | half);
                    step(map, random.nextInt(4), key, value, worker);
                }
            });
            assertThat(map.count()).isLessThanOrEqualTo(most);
            refills(map, keySize, most);
        }
    }

    private static void step(BpfMap map, int what, long key, long value, int worker) {
        if (what == 0) {
            map.delete(key, worker);
        } else if (what == 1) {
            map.update(key, value, MapFlags.ANY, worker);
        } else {
            long at = map.lookup(key, worker);
            if (at != 0) {
                for (int word = 0; word < 2; word++) {
                    long seen = RawMemory.getLong(at + 8L * word);
                    assertThat(seen >>> 32).isEqualTo(seen & 0xffff_ffffL);
                }
            }
        }
    }

    /// No element was lost: the map takes exactly as many entries as it should, an LRU map at least
    /// half as many, as each CPU keeps some in stock.
    private void refills(BpfMap map, int keySize, int most) {
        long key = arena.allocate(64, 64).address();
        for (byte[] next = map.nextKey(null); next != null; next = map.nextKey(null)) {
            map.delete(next);
        }
        for (int i = 0; i < most; i++) {
            fillKey(key, keySize, 10_000 + i);
            assertThat(map.update(key, key, MapFlags.NOEXIST, i % CPUS)).isZero();
        }
        boolean isLru = map.type() == MapType.LRU_HASH;
        int least = isLru ? most / 2 : most;
        assertThat(map.count()).isBetween(least, most);
        fillKey(key, keySize, 9_000);
        assertThat(map.update(key, key, MapFlags.ANY, 0) == 0).isEqualTo(isLru);
        assertThat(map.count()).isBetween(least, most);
    }

    @ParameterizedTest
    @CsvSource({"HASH", "LRU_HASH", "PERCPU_HASH"})
    void updatesOfDistinctKeysAreNotLost(MapType type) throws InterruptedException {
        int each = 500;
        // An LRU map forgets before it is full, as its CPUs keep elements in stock.
        int room = each * (CPUS + 1) * (type == MapType.LRU_HASH ? 4 : 1);
        MapSpec spec = MapSpec.of("h", type, 8, 8, room, 0);
        try (BpfMap map = MapFactory.create(spec, 1, CPUS)) {
            onAll((worker, random, key, value) -> {
                if (worker == CPUS && type.isPerCpu()) {
                    return; // a user has no CPU whose value a program's call could set
                }
                long[] last = new long[each];
                for (int i = 0; i < OPERATIONS; i++) {
                    int number = random.nextInt(each);
                    RawMemory.putLong(key, ((long) worker << 32) | number);
                    RawMemory.putLong(value, i + 1L);
                    last[number] = i + 1L;
                    assertThat(map.update(key, value, 0, worker)).isZero();
                }
                for (int number = 0; number < each; number++) {
                    RawMemory.putLong(key, ((long) worker << 32) | number);
                    long at = map.lookup(key, Math.min(worker, CPUS - 1));
                    if (last[number] != 0 && worker < CPUS) {
                        assertThat(at).isNotZero();
                        assertThat(RawMemory.getLong(at)).isEqualTo(last[number]);
                    }
                }
            });
        }
    }

    @Test
    void countersInPlaceAddUp() throws InterruptedException {
        try (BpfMap map = MapFactory.create(MapSpec.of("a", MapType.ARRAY, 4, 8, 4, 0), 1, CPUS)) {
            onAll((worker, random, key, _) -> {
                for (int i = 0; i < OPERATIONS; i++) {
                    RawMemory.putInt(key, i & 3);
                    RawAtomics.add64(map.lookup(key, worker), 1);
                }
            });
            long[] sum = {0};
            map.forEach((_, value) ->
                    sum[0] += ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong());
            assertThat(sum[0]).isEqualTo((CPUS + 1L) * OPERATIONS);
        }
    }

    @Test
    void aTrieAlwaysFindsWhatStaysInIt() throws InterruptedException {
        MapSpec spec = MapSpec.of("l", MapType.LPM_TRIE, 8, 8, 4000, MapFlags.NO_PREALLOC);
        try (BpfMap map = MapFactory.create(spec, 1, CPUS)) {
            map.update(
                    new byte[] {8, 0, 0, 0, 10, 0, 0, 0}, new byte[] {8, 0, 0, 0, 8, 0, 0, 0}, 0);
            onAll((worker, random, key, value) -> {
                for (int i = 0; i < OPERATIONS / 3; i++) {
                    int bits = 9 + random.nextInt(24);
                    RawMemory.putInt(key, bits);
                    RawMemory.putIntBe(key + 4, 0x0a00_0000 | (random.nextInt(1 << 12) << 8));
                    RawMemory.putLong(value, ((long) bits << 32) | bits);
                    if (worker == 0) {
                        map.update(key, value, 0, worker);
                    } else if (worker == 1) {
                        map.delete(key, worker);
                    } else {
                        RawMemory.putInt(key, 32);
                        long at = map.lookup(key, worker);
                        assertThat(at).isNotZero();
                        long seen = RawMemory.getLong(at);
                        assertThat(seen >>> 32).isEqualTo(seen & 0xffff_ffffL);
                    }
                }
            });
        }
    }

    @Test
    void aRingDeliversEachRecordOnceAndEachCpusInOrder() throws InterruptedException {
        MapSpec spec = MapSpec.of("rb", MapType.RINGBUF, 0, 0, 4096, 0);
        try (RingBufferMap ring = (RingBufferMap) MapFactory.create(spec, 1, CPUS)) {
            long[] next = new long[CPUS];
            int[] done = {0};
            onAll((worker, random, key, value) -> {
                if (worker == CPUS) {
                    while (done[0] < CPUS * 20_000) {
                        done[0] +=
                                ring.poll((long at, int length) -> {
                                    int from = RawMemory.getInt(at);
                                    assertThat(RawMemory.getInt(at + 4))
                                            .isEqualTo((int) next[from]++);
                                    assertThat(length).isBetween(8, 40);
                                });
                    }
                    return;
                }
                for (int i = 0; i < 20_000; ) {
                    long record = ring.reserve(8 + random.nextInt(32), 0);
                    if (record == 0) {
                        Thread.onSpinWait();
                    } else if (random.nextInt(8) == 0) {
                        ring.discard(record, 0);
                    } else {
                        RawMemory.putInt(record, worker);
                        RawMemory.putInt(record + 4, i++);
                        ring.submit(record, 0);
                    }
                }
            });
            assertThat(next).containsOnly(20_000);
        }
    }

    @Test
    void queuesLoseAndDoubleNothing() throws InterruptedException {
        MapSpec spec = MapSpec.of("q", MapType.QUEUE, 0, 8, 100, 0);
        try (BpfMap queue = MapFactory.create(spec, 1, CPUS)) {
            long total = arena.allocate(8, 8).address();
            onAll((worker, _, _, value) -> {
                for (int i = 0; i < OPERATIONS / 2; i++) {
                    RawMemory.putLong(value, 1 + worker);
                    if (queue.push(value, 0) == 0) {
                        RawAtomics.add64(total, 1 + worker);
                    }
                    if (queue.pop(value) == 0) {
                        RawAtomics.add64(total, -RawMemory.getLong(value));
                    }
                }
            });
            queue.forEach((_, value) -> RawAtomics.add64(total, -value[0]));
            assertThat(RawMemory.getLong(total)).isZero();
        }
    }
}
