package io.xdp4j.core.napi;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.xdp4j.core.frame.FramePool;
import io.xdp4j.core.trace.Tracepoints;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.Sched;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The workers of a datapath.
///
/// Thread: any.
public final class WorkerGroup implements AutoCloseable {
    private static final long SHUTDOWN_SECONDS = 10;

    private final List<Worker> workers = new ArrayList<>();
    private final MultiThreadIoEventLoopGroup group;

    /// Starts `count` workers. With `cpus`, worker i runs on CPU `cpus.get(i % cpus.size())` only.
    public WorkerGroup(int count, FramePool pool, Tracepoints tracepoints, List<Integer> cpus) {
        AtomicInteger threads = new AtomicInteger();
        group =
                new MultiThreadIoEventLoopGroup(
                        count,
                        (ThreadFactory)
                                body ->
                                        new WorkerThread(
                                                body, "worker-" + threads.getAndIncrement()),
                        executor -> newHandler(pool, tracepoints, executor));
        Iterator<EventExecutor> loops = group.iterator();
        for (Worker worker : workers) {
            worker.bind((EventLoop) loops.next());
        }
        start(cpus);
    }

    private NapiIoHandler newHandler(
            FramePool pool, Tracepoints tracepoints, ThreadAwareExecutor executor) {
        IoHandlerFactory io =
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        NapiIoHandler handler = new NapiIoHandler(io.newHandler(executor));
        Worker worker = new Worker(workers.size(), pool, tracepoints, handler);
        handler.bind(worker);
        workers.add(worker);
        return handler;
    }

    private void start(List<Integer> cpus) {
        try {
            for (Worker worker : workers) {
                worker.eventLoop().submit(() -> pin(worker, cpus)).syncUninterruptibly();
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static void pin(Worker worker, List<Integer> cpus) {
        if (!cpus.isEmpty() && LinuxPlatform.isSupported()) {
            Sched.setAffinity(cpus.get(worker.index() % cpus.size()));
        }
    }

    public int size() {
        return workers.size();
    }

    public Worker get(int index) {
        return workers.get(index);
    }

    public List<Worker> all() {
        return List.copyOf(workers);
    }

    /// Returns once every worker has passed the end of a poll since the call: what was unpublished
    /// before is then in nobody's hands. Not to be called on a worker. An interrupt is kept for
    /// afterwards.
    ///
    /// Kernel: `synchronize_net`.
    public void synchronize() {
        if (Worker.current() != null) {
            throw new IllegalStateException("synchronize on a worker would wait for itself");
        }
        CountDownLatch latch = new CountDownLatch(workers.size());
        for (Worker worker : workers) {
            worker.eventLoop().execute(latch::countDown);
        }
        awaitUninterruptibly(latch);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops the threads; frames still queued anywhere stay where they are.
    @Override
    public void close() {
        var done = group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        done.awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }
}
