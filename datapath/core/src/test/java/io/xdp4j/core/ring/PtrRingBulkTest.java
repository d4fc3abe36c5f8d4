package io.xdp4j.core.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.frame.FramePool;
import io.xdp4j.core.frame.XdpFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PtrRingBulkTest {
    private static final int PRODUCERS = 3;
    private static final int FRAMES = 1024;
    private static final int BULK = 16;

    private final FramePool pool = new FramePool(FRAMES * PRODUCERS, 0);

    @AfterEach
    void closePool() {
        pool.close();
    }

    private XdpFrame[] frames(int count) {
        XdpFrame[] frames = new XdpFrame[count];
        for (int i = 0; i < count; i++) {
            frames[i] = Objects.requireNonNull(pool.allocateForeign());
        }
        return frames;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 255, 256, 257})
    void acceptsAPrefixUpToTheExactCapacity(int capacity) {
        PtrRing ring = new PtrRing(capacity);
        XdpFrame[] frames = frames(capacity + 1);
        for (int round = 0; round < 3; round++) {
            assertThat(ring.produce(frames, 0)).isZero();
            assertThat(ring.produce(frames, capacity + 1)).isEqualTo(capacity);
            assertThat(ring.produce(frames, 1)).isZero();
            assertThat(ring.produce(frames[capacity])).isFalse();
            assertThat(ring.size()).isEqualTo(capacity);
            for (int i = 0; i < capacity; i++) {
                assertThat(ring.consume()).isSameAs(frames[i]);
            }
            assertThat(ring.consume()).isNull();
            assertThat(ring.isEmpty()).isTrue();
        }
    }

    @Test
    void keepsEachProducersOrder() throws InterruptedException {
        PtrRing ring = new PtrRing(100);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> producers = new ArrayList<>();
        for (int p = 0; p < PRODUCERS; p++) {
            XdpFrame[] frames = frames(FRAMES);
            for (int i = 0; i < FRAMES; i++) {
                frames[i].setTimestampNanos((long) p * FRAMES + i);
            }
            producers.add(Thread.ofPlatform().start(() -> produceAll(ring, start, frames)));
        }
        start.countDown();
        long[] next = new long[PRODUCERS];
        for (int taken = 0; taken < PRODUCERS * FRAMES; ) {
            XdpFrame frame = ring.consume();
            if (frame == null) {
                Thread.onSpinWait();
                continue;
            }
            int producer = (int) (frame.timestampNanos() / FRAMES);
            assertThat(frame.timestampNanos() % FRAMES).isEqualTo(next[producer]++);
            taken++;
        }
        for (Thread producer : producers) {
            producer.join();
        }
        assertThat(ring.isEmpty()).isTrue();
    }

    private static void produceAll(PtrRing ring, CountDownLatch start, XdpFrame[] frames) {
        try {
            start.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        XdpFrame[] bulk = new XdpFrame[BULK];
        int sent = 0;
        while (sent < frames.length) {
            int count = Math.min(BULK, frames.length - sent);
            System.arraycopy(frames, sent, bulk, 0, count);
            int accepted = ring.produce(bulk, count);
            sent += accepted;
            if (accepted == 0) {
                Thread.onSpinWait();
            }
        }
    }
}
