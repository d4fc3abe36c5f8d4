package io.xdp4j.core.napi;

import io.netty.util.concurrent.FastThreadLocalThread;
import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.FrameCacheOwner;
import org.jspecify.annotations.Nullable;

/// The thread of one worker.
final class WorkerThread extends FastThreadLocalThread implements FrameCacheOwner {
    private @Nullable Worker worker;

    WorkerThread(Runnable body, String name) {
        super(body, name);
    }

    void bind(Worker to) {
        this.worker = to;
    }

    @Nullable Worker worker() {
        return worker;
    }

    @Override
    public FrameCache frameCache() {
        Worker bound = worker;
        if (bound == null) {
            throw new IllegalStateException(getName() + " has no worker yet");
        }
        return bound.frames();
    }
}
