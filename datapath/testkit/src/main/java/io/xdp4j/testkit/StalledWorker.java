package io.xdp4j.testkit;

import io.xdp4j.core.napi.Worker;
import java.util.concurrent.CountDownLatch;

/// Holds a worker still between two polls until closed, so that its rings fill.
///
/// Thread: any but a worker's.
public final class StalledWorker implements AutoCloseable {
    private final CountDownLatch release = new CountDownLatch(1);

    private StalledWorker() {}

    /// Returns once the worker stands still.
    public static StalledWorker of(Worker worker) {
        StalledWorker stalled = new StalledWorker();
        CountDownLatch standing = new CountDownLatch(1);
        worker.eventLoop()
                .execute(() -> {
                    standing.countDown();
                    await(stalled.release);
                });
        await(standing);
        return stalled;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        release.countDown();
    }
}
