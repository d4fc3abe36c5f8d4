package io.xdp4j.ebpf.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RingBufferTest {
    private final Arena arena = Arena.ofConfined();
    private final RingBufferMap ring =
            (RingBufferMap)
                    MapFactory.create(MapSpec.of("rb", MapType.RINGBUF, 0, 0, 4096, 0), 7, 2);

    @AfterEach
    void close() {
        ring.close();
        arena.close();
    }

    private static int first(byte[] record) {
        return record[0] & 0xff;
    }

    @Test
    void deliversInOrderOfReservationAndSkipsDiscarded() {
        List<Integer> read = new ArrayList<>();
        long one = ring.reserve(16, 0);
        long two = ring.reserve(16, 0);
        long three = ring.reserve(16, 0);
        RawMemory.putByte(one, 1);
        RawMemory.putByte(two, 2);
        RawMemory.putByte(three, 3);
        ring.submit(three, 0);
        assertThat(ring.poll((byte[] record) -> read.add(first(record)))).isZero();
        ring.discard(two, 0);
        ring.submit(one, 0);
        assertThat(ring.poll((byte[] record) -> read.add(first(record)))).isEqualTo(2);
        assertThat(read).containsExactly(1, 3);
        assertThat(RingBufferMap.mapId(one)).isEqualTo(7);
    }

    @Test
    void recordsRunOnBehindTheEndWhole() {
        long bytes = arena.allocate(1000, 8).address();
        for (int round = 0; round < 500; round++) {
            int length = 1 + round * 37 % 1000;
            for (int i = 0; i < length; i++) {
                RawMemory.putByte(bytes + i, round + i);
            }
            assertThat(ring.output(bytes, length, 0)).isZero();
            int expected = round;
            int got =
                    ring.poll((byte[] record) -> {
                        assertThat(record).hasSize(length);
                        for (int i = 0; i < length; i++) {
                            assertThat(record[i]).isEqualTo((byte) (expected + i));
                        }
                    });
            assertThat(got).isEqualTo(1);
        }
    }

    @Test
    void isFullOneByteBeforeItsSize() {
        assertThat(ring.reserve(4096 - 8, 0)).isZero();
        assertThat(ring.reserve(4096 - 16, 0)).isNotZero();
        assertThat(ring.reserve(0, 0)).isZero();
        assertThat(ring.output(arena.allocate(8).address(), 8, 0)).isEqualTo(-Errno.EAGAIN);
        assertThat(ring.query(0)).isEqualTo(4096 - 8);
        assertThat(ring.query(1)).isEqualTo(4096);
        assertThat(ring.query(9)).isZero();
    }

    @Test
    void refusesUnknownFlags() {
        assertThat(ring.reserve(8, 1)).isZero();
        assertThat(ring.output(arena.allocate(8).address(), 8, 4)).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void ownsOnlyReservedRecords() {
        long record = ring.reserve(16, 0);
        long other = ring.reserve(8, 0);
        assertThat(ring.owns(record, 16)).isTrue();
        assertThat(ring.owns(record + 8, 9)).isFalse();
        assertThat(ring.owns(record - 1, 1)).isFalse();
        assertThat(ring.owns(other, 8)).isTrue();
        ring.submit(record, 0);
        assertThat(ring.owns(record, 1)).isFalse();
    }

    @Test
    void wakesTheReaderThatHasReadAll() {
        int[] woken = {0};
        ring.onWakeUp(() -> woken[0]++);
        long bytes = arena.allocate(8).address();
        ring.output(bytes, 8, 0);
        ring.output(bytes, 8, 0);
        assertThat(woken[0]).isEqualTo(1);
        ring.output(bytes, 8, RingBufferMap.FORCE_WAKEUP);
        assertThat(woken[0]).isEqualTo(2);
        ring.poll((byte[] _) -> {});
        ring.output(bytes, 8, RingBufferMap.NO_WAKEUP);
        assertThat(woken[0]).isEqualTo(2);
    }

    @Test
    void userRingHandsSamplesOverOnce() {
        MapSpec spec = MapSpec.of("urb", MapType.USER_RINGBUF, 0, 0, 4096, 0);
        try (UserRingBufferMap user = (UserRingBufferMap) MapFactory.create(spec, 1, 2)) {
            assertThat(user.peek()).isEqualTo(-Errno.ENODATA);
            for (int round = 0; round < 300; round++) {
                assertThat(user.submit(new byte[] {(byte) round, 1, 2})).isTrue();
                assertThat(user.tryLock()).isTrue();
                assertThat(user.tryLock()).isFalse();
                long sample = user.peek();
                assertThat(UserRingBufferMap.length(sample)).isEqualTo(3);
                assertThat(RawMemory.u8(sample)).isEqualTo(round & 0xff);
                assertThat(user.owns(sample, 3)).isTrue();
                assertThat(user.owns(sample, 4)).isFalse();
                user.release(sample);
                user.unlock();
            }
            assertThat(user.submit(new byte[4096])).isFalse();
        }
    }

    @Test
    void perfRecordsNeedAReaderOnTheSameCpu() {
        MapSpec spec = MapSpec.of("perf", MapType.PERF_EVENT_ARRAY, 4, 4, 2, 0);
        try (PerfEventArrayMap perf = (PerfEventArrayMap) MapFactory.create(spec, 1, 2)) {
            long bytes = arena.allocate(16).address();
            RawMemory.putByte(bytes, 9);
            long here = PerfEventArrayMap.CURRENT_CPU;
            assertThat(perf.output(here, bytes, 8, 0, 0, 0)).isEqualTo(-Errno.ENOENT);
            assertThat(perf.output(2, bytes, 8, 0, 0, 0)).isEqualTo(-Errno.E2BIG);
            assertThat(perf.output(1L << 40, bytes, 8, 0, 0, 0)).isEqualTo(-Errno.EINVAL);
            PerfRing reader = perf.open(0, 64);
            assertThat(perf.output(here, bytes, 8, bytes, 2, 0)).isZero();
            assertThat(reader.isDue(1)).isTrue();
            assertThat(reader.isDue(2)).isFalse();
            assertThat(perf.output(0, bytes, 8, 0, 0, 1)).isEqualTo(-Errno.EOPNOTSUPP);
            assertThat(perf.output(here, bytes, 60, 0, 0, 0)).isEqualTo(-Errno.ENOSPC);
            assertThat(reader.lost()).isEqualTo(1);
            List<byte[]> read = new ArrayList<>();
            assertThat(reader.poll(read::add)).isEqualTo(1);
            assertThat(read.getFirst()).hasSize(10).startsWith(9);
            assertThat(perf.output(here, bytes, 20, 0, 0, 0)).isZero();
            assertThat(reader.isDue(2)).as("half full").isTrue();
        }
    }
}
