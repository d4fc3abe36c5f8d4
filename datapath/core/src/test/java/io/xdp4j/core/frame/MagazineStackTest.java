package io.xdp4j.core.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/// Threads that take magazines and put them down again, few enough that the same come back at once.
final class MagazineStackTest {
    private static final int MAGAZINES = 6;
    private static final int THREADS = 4;
    private static final int ROUNDS = 200_000;

    private final Magazine[] magazines = new Magazine[MAGAZINES];
    private final AtomicIntegerArray owners = new AtomicIntegerArray(MAGAZINES);

    @Test
    void takesTheLastThatWasPutDown() {
        MagazineStack stack = filled();
        for (int i = MAGAZINES - 1; i >= 0; i--) {
            assertThat(stack.pop()).isSameAs(magazines[i]);
        }
        assertThat(stack.pop()).isNull();
        stack.push(magazines[3]);
        assertThat(stack.size()).isEqualTo(1);
        assertThat(stack.pop()).isSameAs(magazines[3]);
    }

    @Test
    void givesEachMagazineToOneThread() throws Exception {
        MagazineStack stack = filled();
        List<Callable<Integer>> takers = new ArrayList<>();
        for (int thread = 1; thread <= THREADS; thread++) {
            int own = thread;
            takers.add(() -> takeAndPutDown(stack, own));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (Future<Integer> clashes : threads.invokeAll(takers)) {
                assertThat(clashes.get()).as("magazines that another thread had").isZero();
            }
        }
        assertThat(stack.size()).isEqualTo(MAGAZINES);
        for (int i = 0; i < MAGAZINES; i++) {
            assertThat(stack.pop()).isNotNull();
        }
        assertThat(stack.pop()).isNull();
    }

    private MagazineStack filled() {
        Arrays.setAll(magazines, Magazine::new);
        MagazineStack stack = new MagazineStack(magazines);
        Arrays.stream(magazines).forEach(stack::push);
        return stack;
    }

    /// Holds one or two at a time; returns how often one had an owner.
    private int takeAndPutDown(MagazineStack stack, int own) {
        Deque<Magazine> held = new ArrayDeque<>();
        int clashes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Magazine taken = stack.pop();
            if (taken != null) {
                clashes += owners.compareAndSet(taken.index, 0, own) ? 0 : 1;
                held.add(taken);
            }
            while (held.size() > (round & 1)) {
                Magazine magazine = held.remove();
                owners.set(magazine.index, 0);
                stack.push(magazine);
            }
        }
        for (Magazine magazine : held) {
            owners.set(magazine.index, 0);
            stack.push(magazine);
        }
        return clashes;
    }
}
