package io.xdp4j.benchmarks;

import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import java.util.concurrent.atomic.AtomicLong;

/// Is polled in every round of a worker and notes how long it had to wait for the next: then the
/// worker's CPU was another thread's, or another virtual machine's, which no counter in here tells.
///
/// Thread: [#start] and [#takeLongestNanos()] any, the rest the worker.
final class StallProbe implements NapiPoller {
    private final AtomicLong longest = new AtomicLong();
    private long last = System.nanoTime();

    private StallProbe() {}

    static StallProbe start(Worker worker) {
        StallProbe probe = new StallProbe();
        worker.register(probe, "stall-probe").schedule();
        return probe;
    }

    /// Never done, so that it is polled again.
    @Override
    public int poll(int budget) {
        long now = System.nanoTime();
        if (now - last > longest.get()) {
            longest.set(now - last);
        }
        last = now;
        return budget;
    }

    @Override
    public boolean hasWork() {
        return true;
    }

    /// The longest wait since the last call.
    long takeLongestNanos() {
        return longest.getAndSet(0);
    }
}
