package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.linux.memory.RawMemory;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlMessageTest {
    private final Arena arena = Arena.ofConfined();
    private final long area = arena.allocate(128, 8).address();

    @AfterEach
    void free() {
        arena.close();
    }

    private void header(int offset, long length, int level, int type) {
        RawMemory.putLong(area + offset, length);
        RawMemory.putInt(area + offset + 8, level);
        RawMemory.putInt(area + offset + 12, type);
    }

    @Test
    void findsTheSecondMessageBehindPadding() {
        header(0, 16 + 3, 1, 2);
        header(24, 16 + 20, 263, 8);
        assertThat(ControlMessage.find(area, 24 + 40, 263, 8, 20)).isEqualTo(area + 40);
        assertThat(ControlMessage.find(area, 24 + 40, 263, 9, 20)).isZero();
    }

    @Test
    void wrongLengthsEndTheSearch() {
        for (long length : new long[] {0, 15, 41, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            header(0, length, 263, 8);
            assertThat(ControlMessage.find(area, 40, 263, 8, 20)).isZero();
        }
        header(0, 16 + 8, 263, 8);
        assertThat(ControlMessage.find(area, 40, 263, 8, 20)).as("data too short").isZero();
        assertThat(ControlMessage.find(area, 15, 263, 8, 0)).as("no header").isZero();
    }

    @Test
    void spaceIncludesPadding() {
        assertThat(ControlMessage.space(20)).isEqualTo(40);
        assertThat(ControlMessage.space(0)).isEqualTo(16);
    }
}
