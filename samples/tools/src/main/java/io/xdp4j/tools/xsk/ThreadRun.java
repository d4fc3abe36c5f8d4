package io.xdp4j.tools.xsk;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A loop on a thread of its own, as a process has it.
///
/// It looks without pause, as xdpsock does, unless it waits in poll(2) or has a pause to keep.
final class ThreadRun implements XskRun {
    private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final XskLoop loop;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean done;

    private ThreadRun(XskLoop loop) {
        this.loop = loop;
        this.thread = new Thread(this::run, "xsk");
    }

    static XskRun start(XskLoop loop) {
        ThreadRun run = new ThreadRun(loop);
        run.thread.start();
        return run;
    }

    private void run() {
        while (!stopped && !loop.isDone()) {
            if (loop.step() == 0 && loop.mayNap()) {
                LockSupport.parkNanos(NAP_NANOS);
            }
        }
        loop.drain();
        done = true;
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public void stop() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
