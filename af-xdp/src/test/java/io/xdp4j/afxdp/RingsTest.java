package io.xdp4j.afxdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.RingOffsets;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Both ends of a ring over one memory.
class RingsTest {
    private static final RingOffsets LAYOUT = RingOffsets.LINES_OF_64;

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void free() {
        arena.close();
    }

    private long memory(int size, int entryBytes) {
        return arena.allocate(XskRing.bytes(LAYOUT, size, entryBytes), 64).address();
    }

    @Test
    void descriptorsStandWhereTheKernelReadsThem() {
        long memory = memory(4, 16);
        TxRing ring = new TxRing(memory, LAYOUT, 4);
        assertThat(ring.reserve(1)).isEqualTo(1);
        ring.put(0x1122_3344_5566_7788L, 60, 1);
        assertThat(RawMemory.getInt(memory)).as("producer before submit").isZero();
        ring.submit();
        assertThat(RawMemory.getInt(memory)).as("producer").isEqualTo(1);
        assertThat(RawMemory.getLong(memory + 320)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(RawMemory.getInt(memory + 328)).isEqualTo(60);
        assertThat(RawMemory.getInt(memory + 332)).isEqualTo(1);
    }

    @Test
    void addressesTakeEightBytes() {
        long memory = memory(4, 8);
        FillRing ring = new FillRing(memory, LAYOUT, 4);
        ring.reserve(2);
        ring.put(4096);
        ring.put(8192);
        ring.submit();
        assertThat(RawMemory.getLong(memory + 320)).isEqualTo(4096);
        assertThat(RawMemory.getLong(memory + 328)).isEqualTo(8192);
    }

    @Test
    void handsOverInOrderAndReportsFullAndEmpty() {
        long memory = memory(4, 16);
        TxRing producer = new TxRing(memory, LAYOUT, 4);
        DescConsumer consumer = new DescConsumer(memory, LAYOUT, 4);
        for (int round = 0; round < 10; round++) {
            assertThat(producer.reserve(8)).isEqualTo(4);
            for (int i = 0; i < 4; i++) {
                producer.put(round * 100 + i, i, 0);
            }
            assertThat(consumer.peek(8)).as("before submit").isZero();
            producer.submit();
            assertThat(producer.reserve(1)).isZero();
            assertThat(consumer.peek(8)).isEqualTo(4);
            for (int i = 0; i < 4; i++) {
                assertThat(consumer.address(i)).isEqualTo(round * 100 + i);
                assertThat(consumer.lengthBytes(i)).isEqualTo(i);
            }
            consumer.release(4);
            assertThat(consumer.isEmpty()).isTrue();
        }
    }

    @Test
    void indexesWrapAtThirtyTwoBits() {
        long memory = memory(2, 8);
        RawMemory.putInt(memory + LAYOUT.producer(), -1);
        RawMemory.putInt(memory + LAYOUT.consumer(), -1);
        AddressProducer producer = new FillRing(memory, LAYOUT, 2);
        AddressConsumer consumer = new AddressConsumer(memory, LAYOUT, 2);
        producer.reserve(2);
        producer.put(1);
        producer.put(2);
        producer.submit();
        assertThat(consumer.peek(9)).isEqualTo(2);
        assertThat(consumer.address(1)).isEqualTo(2);
        consumer.release(2);
        assertThat(RawMemory.getInt(memory + LAYOUT.consumer())).isEqualTo(1);
    }

    @Test
    void canceledEntriesAreNotPublished() {
        long memory = memory(4, 8);
        FillRing producer = new FillRing(memory, LAYOUT, 4);
        AddressConsumer consumer = new AddressConsumer(memory, LAYOUT, 4);
        producer.reserve(3);
        producer.put(1);
        producer.put(2);
        producer.put(3);
        producer.cancel(2);
        producer.submit();
        assertThat(consumer.peek(4)).isEqualTo(1);
        assertThat(producer.reserve(4)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 1 << 20, -1, Integer.MIN_VALUE})
    void consumerTakesNothingBehindAnImpossibleProducer(int index) {
        long memory = memory(4, 16);
        RxRing consumer = new RxRing(memory, LAYOUT, 4);
        RawMemory.putInt(memory + LAYOUT.producer(), index);
        assertThat(consumer.peek(64)).isZero();
        assertThat(consumer.isCorrupt()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 1 << 20, -5, Integer.MIN_VALUE})
    void producerPutsNothingBehindAnImpossibleConsumer(int index) {
        long memory = memory(4, 8);
        FillRing producer = new FillRing(memory, LAYOUT, 4);
        assertThat(producer.reserve(4)).isEqualTo(4);
        RawMemory.putInt(memory + LAYOUT.consumer(), index);
        for (int i = 0; i < 4; i++) {
            producer.put(i);
        }
        RawMemory.putInt(memory + LAYOUT.consumer(), index);
        assertThat(producer.reserve(1)).isZero();
    }

    @Test
    void sizeIsAPowerOfTwo() {
        assertThatThrownBy(() -> new FillRing(memory(4, 8), LAYOUT, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ringSize: 3 (expected: a power of two from 1)");
    }
}
