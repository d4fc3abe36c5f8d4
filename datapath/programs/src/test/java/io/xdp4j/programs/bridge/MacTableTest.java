package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.MacTable.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MacTableTest {
    private static final long SEED = 42;
    private static final long A = MacTable.key(0, 0x0200_0000_000aL);
    private static final long B = MacTable.key(0, 0x0200_0000_000bL);

    @Test
    void keepsVlansApart() {
        MacTable table = new MacTable(1024, 300, SEED);
        assertThat(table.learn(MacTable.key(1, A), 1)).isEqualTo(LearnResult.LEARNED);
        assertThat(table.learn(MacTable.key(2, A), 2)).isEqualTo(LearnResult.LEARNED);
        assertThat(table.lookup(MacTable.key(1, A))).isEqualTo(1);
        assertThat(table.lookup(MacTable.key(2, A))).isEqualTo(2);
        assertThat(table.lookup(MacTable.key(3, A))).isEqualTo(NOT_FOUND);
    }

    @Test
    void saysWhatBecameOfAnAddress() {
        MacTable table = new MacTable(16, 300, SEED);
        assertThat(table.learn(A, 1)).isEqualTo(LearnResult.LEARNED);
        assertThat(table.learn(A, 1)).isEqualTo(LearnResult.KNOWN);
        assertThat(table.learn(A, 2)).isEqualTo(LearnResult.MOVED);
        assertThat(table.putStatic(B, 3)).isTrue();
        assertThat(table.learn(B, 3)).isEqualTo(LearnResult.KNOWN);
        assertThat(table.learn(B, 4)).isEqualTo(LearnResult.REFUSED);
        for (int n = 2; n < 16; n++) {
            assertThat(table.learn(1000 + n, 1)).isEqualTo(LearnResult.LEARNED);
        }
        assertThat(table.learn(2000, 1)).isEqualTo(LearnResult.FULL);
        assertThat(table.putStatic(2000, 1)).isFalse();
        assertThat(table.putStatic(A, 1)).isTrue();
        assertThat(table.size()).isEqualTo(16);
    }

    @Test
    void refreshesAnEntrysAgeOnceASecond() {
        MacTable table = new MacTable(16, 10, SEED);
        table.learn(A, 1);
        table.advance(6);
        assertThat(age(table)).isEqualTo(6);
        table.learn(A, 1);
        assertThat(age(table)).isZero();
        table.advance(16);
        assertThat(table.lookup(A)).isEqualTo(1);
        table.advance(17);
        assertThat(table.lookup(A)).isEqualTo(NOT_FOUND);
        assertThat(table.learn(A, 1)).isEqualTo(LearnResult.LEARNED);
    }

    private static int age(MacTable table) {
        return table.snapshot().getFirst().ageSeconds();
    }

    @Test
    void sweepsPartByPart() {
        MacTable table = new MacTable(1024, 1, SEED);
        IntStream.rangeClosed(1, 1024).forEach(n -> table.learn(n, 1));
        table.putStatic(A, 1);
        assertThat(table.size()).isEqualTo(1024);
        table.advance(2);
        int forgotten = IntStream.range(0, 4).map(part -> table.sweep(4)).sum();
        assertThat(forgotten).isEqualTo(1024);
        assertThat(table.size()).isZero();
    }

    @Test
    void forgetsOnePortsStations() {
        MacTable table = new MacTable(1024, 300, SEED);
        IntStream.rangeClosed(1, 100).forEach(n -> table.learn(n, n % 2));
        table.putStatic(A, 1);
        assertThat(table.removePort(1, false)).isEqualTo(50);
        assertThat(table.snapshot()).hasSize(51);
        assertThat(table.removePort(1, true)).isEqualTo(1);
        assertThat(table.remove(2)).isTrue();
        assertThat(table.remove(2)).isFalse();
        assertThat(table.size()).isEqualTo(49);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42, -1, 0x9e3779b97f4a7c15L})
    void holdsItsWholeCapacity(long seed) {
        int capacity = SwitchSpec.DEFAULT_MAC_ENTRIES;
        MacTable table = new MacTable(capacity, 300, seed);
        for (int n = 0; n < capacity; n++) {
            assertThat(table.learn(key(n), n & 0xff)).isEqualTo(LearnResult.LEARNED);
        }
        assertThat(table.learn(A, 1)).isEqualTo(LearnResult.FULL);
        for (int n = 0; n < capacity; n++) {
            assertThat(table.lookup(key(n))).isEqualTo(n & 0xff);
        }
    }

    @Test
    void holdsTheCapacityOfSmallTables() {
        for (int capacity = 16; capacity < 3000; capacity += 61) {
            MacTable table = new MacTable(capacity, 300, SEED);
            for (int n = 0; n < capacity; n++) {
                assertThat(table.learn(key(n), 1)).isEqualTo(LearnResult.LEARNED);
            }
        }
    }

    private static long key(int n) {
        return MacTable.key(n % 7, 0x0200_0000_0000L + n);
    }

    @Test
    void refusesSizesItIsNotMadeFor() {
        assertThatThrownBy(() -> new MacTable(15, 1, SEED))
                .hasMessage("maxEntries: 15 (expected: 16..1048576)");
        assertThatThrownBy(() -> new MacTable(16, 0, SEED))
                .hasMessage("ageingSeconds: 0 (expected: >= 1)");
        assertThatThrownBy(() -> new MacTable(16, 1, SEED).putStatic(A, 65536))
                .hasMessage("port: 65536 (expected: 0..65535)");
    }

    @Test
    void threadsThatLearnTheSameAddressesLeaveOneEntryEach() throws Exception {
        int threads = 4;
        int keys = 512;
        MacTable table = new MacTable(1024, 300, SEED);
        CyclicBarrier start = new CyclicBarrier(threads);
        for (int round = 0; round < 50; round++) {
            inParallel(
                    threads,
                    thread -> {
                        await(start);
                        for (int n = 0; n < keys; n++) {
                            table.learn(key(n), thread);
                        }
                    });
            assertThat(table.size()).isEqualTo(keys);
            assertThat(table.snapshot()).extracting(MacEntry::mac).doesNotHaveDuplicates();
            for (int port = 0; port < threads; port++) {
                table.removePort(port, false);
            }
            assertThat(table.size()).isZero();
        }
    }

    /// Every key has ports of its own, so a lookup that answers another one's has read a slot that
    /// changed hands.
    @Test
    void readersNeverSeeAnotherAddresssPort() throws Exception {
        int keys = 64;
        MacTable table = new MacTable(64, 300, SEED);
        inParallel(
                4,
                thread -> {
                    RandomGenerator random = RandomGeneratorFactory.getDefault().create(thread);
                    for (int step = 0; step < 400_000; step++) {
                        int n = random.nextInt(keys);
                        switch (random.nextInt(4)) {
                            case 0 -> table.learn(key(n), n * 4 + random.nextInt(4));
                            case 1 -> table.remove(key(n));
                            default -> checkPort(n, table.lookup(key(n)));
                        }
                    }
                });
        table.snapshot().forEach(entry -> checkPort((int) (entry.mac() & 0xff), entry.port()));
        assertThat(table.size()).isEqualTo(table.snapshot().size());
    }

    private static void checkPort(int n, int port) {
        if (port != NOT_FOUND) {
            assertThat(port / 4).isEqualTo(n);
        }
    }

    @Test
    void staticEntriesSurviveThoseWhoLearnTheAddressesAtTheSameTime() throws Exception {
        int keys = 20_000;
        for (int round = 0; round < 20; round++) {
            MacTable table = new MacTable(keys * 2, 300, round);
            CyclicBarrier start = new CyclicBarrier(3);
            inParallel(
                    3,
                    thread -> {
                        await(start);
                        for (int n = 0; n < keys; n++) {
                            if (thread == 0) {
                                table.putStatic(key(n), 7);
                            } else {
                                table.learn(key(n), thread);
                            }
                        }
                    });
            assertThat(table.snapshot())
                    .hasSize(keys)
                    .allMatch(entry -> entry.isStatic() && entry.port() == 7);
        }
    }

    private interface Task {
        void run(int thread) throws Exception;
    }

    private static void inParallel(int threads, Task task)
            throws InterruptedException, ExecutionException {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running =
                    IntStream.range(0, threads)
                            .<Future<?>>mapToObj(thread ->
                                    pool.submit(() -> {
                                        task.run(thread);
                                        return null;
                                    }))
                            .toList();
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    private static void await(CyclicBarrier barrier)
            throws InterruptedException, BrokenBarrierException {
        barrier.await();
    }
}
