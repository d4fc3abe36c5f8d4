package io.xdp4j.tools.xsk;

import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.HotPath;

/// A loop on the worker of its queue, between the polls of the devices: system calls become calls.
///
/// Nothing wakes it; it looks again and again.
final class WorkerRun implements XskRun, NapiPoller {
    private final XskLoop loop;
    private final Worker worker;
    private volatile boolean stopped;
    private volatile boolean done;

    private WorkerRun(XskLoop loop, Worker worker) {
        this.loop = loop;
        this.worker = worker;
    }

    static XskRun start(XskLoop loop, Worker worker) {
        WorkerRun run = new WorkerRun(loop, worker);
        NapiContext napi = worker.register(run, "xsk");
        napi.schedule();
        return run;
    }

    @HotPath
    @Override
    public int poll(int budget) {
        if (!hasWork()) {
            return 0;
        }
        int moved = loop.step();
        if (loop.isDone()) {
            done = true;
        }
        return moved;
    }

    @Override
    public boolean hasWork() {
        return !stopped && !done;
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public void stop() {
        stopped = true;
        worker.eventLoop().submit(loop::drain).syncUninterruptibly();
    }
}
