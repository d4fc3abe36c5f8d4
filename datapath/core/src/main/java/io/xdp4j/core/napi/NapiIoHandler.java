package io.xdp4j.core.napi;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// Polls a worker's scheduled NAPIs, then lets the wrapped handler (epoll) look at file
/// descriptors, without waiting while there is work, or while another worker has just sent some and
/// may send more ([Worker#busyPoll]).
///
/// The wrapped handler asks [IoHandlerContext#canBlock] once more after it has announced that it is
/// about to sleep; a poller scheduled before that is seen there, one scheduled later finds the
/// announcement and wakes the handler. So no wake-up is lost.
///
/// Thread: the worker; [#wakeup] any.
@HotPath
final class NapiIoHandler implements IoHandler {
    private final IoHandler delegate;
    private final Waiting waiting = new Waiting();
    private @Nullable Worker worker;

    NapiIoHandler(IoHandler delegate) {
        this.delegate = delegate;
    }

    void bind(Worker to) {
        this.worker = to;
    }

    private Worker worker() {
        Worker bound = worker;
        if (bound == null) {
            throw new IllegalStateException("handler without worker");
        }
        return bound;
    }

    @Override
    public void initialize() {
        if (Thread.currentThread() instanceof WorkerThread thread) {
            thread.bind(worker());
        }
        delegate.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        int polled = worker().pollScheduled();
        waiting.outer = context;
        return polled + delegate.run(waiting);
    }

    @Override
    public void prepareToDestroy() {
        delegate.prepareToDestroy();
    }

    @Override
    public void destroy() {
        delegate.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return delegate.register(handle);
    }

    @Override
    public void wakeup() {
        delegate.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return delegate.isCompatible(type);
    }

    /// The event loop's context, which may not block while pollers wait.
    private final class Waiting implements IoHandlerContext {
        private @Nullable IoHandlerContext outer;

        private IoHandlerContext outer() {
            IoHandlerContext context = outer;
            if (context == null) {
                throw new IllegalStateException("not running");
            }
            return context;
        }

        @Override
        public boolean canBlock() {
            return !worker().busyPoll(outer()) && outer().canBlock();
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return outer().delayNanos(currentTimeNanos);
        }

        @Override
        public long deadlineNanos() {
            return outer().deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long activeNanos) {
            outer().reportActiveIoTime(activeNanos);
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return outer().shouldReportActiveIoTime();
        }
    }
}
