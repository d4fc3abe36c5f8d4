package io.xdp4j.linux.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RawMemoryTest {
    private final Arena arena = Arena.ofConfined();
    private final long memory = arena.allocate(64, 8).address();

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void storesAtAnyAlignment() {
        for (int offset = 0; offset < 8; offset++) {
            long at = memory + offset;
            RawMemory.putLong(at, 0x0102_0304_0506_0708L);
            assertThat(RawMemory.getLong(at)).isEqualTo(0x0102_0304_0506_0708L);
            assertThat(RawMemory.getInt(at)).isEqualTo(0x0506_0708);
            assertThat(RawMemory.getU16(at)).isEqualTo(0x0708);
            assertThat(RawMemory.getU16be(at)).isEqualTo(0x0807);
            assertThat(RawMemory.getU8(at)).isEqualTo(8);
        }
    }

    @Test
    void unsignedLoadsDoNotExtendTheSign() {
        RawMemory.putInt(memory, -1);
        assertThat(RawMemory.getU8(memory)).isEqualTo(0xff);
        assertThat(RawMemory.getU16(memory)).isEqualTo(0xffff);
        assertThat(RawMemory.getU16be(memory)).isEqualTo(0xffff);
        assertThat(RawMemory.getU32(memory)).isEqualTo(0xffff_ffffL);
    }

    @Test
    void networkOrderPutsTheHighByteFirst() {
        RawMemory.putU16be(memory, 0x88b5);
        assertThat(RawMemory.getU8(memory)).isEqualTo(0x88);
        assertThat(RawMemory.getU8(memory + 1)).isEqualTo(0xb5);
    }

    @Test
    void releasedValueIsAcquired() {
        RawMemory.putIntRelease(memory, 5);
        RawMemory.putLongRelease(memory + 8, 6);
        assertThat(RawMemory.getIntAcquire(memory)).isEqualTo(5);
        assertThat(RawMemory.getLongAcquire(memory + 8)).isEqualTo(6);
    }

    @Test
    void copiesAndClears() {
        byte[] bytes = {1, 2, 3, 4};
        RawMemory.copy(bytes, 1, memory, 3);
        RawMemory.copy(memory, memory + 1, 3);
        byte[] back = new byte[5];
        RawMemory.copy(memory, back, 0, 5);
        assertThat(back).containsExactly(2, 2, 3, 4, 0);

        RawMemory.clear(memory, 3);
        assertThat(RawMemory.getInt(memory)).isEqualTo(0x0400_0000);
    }
}
