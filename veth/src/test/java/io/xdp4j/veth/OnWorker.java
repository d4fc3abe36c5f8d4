package io.xdp4j.veth;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.Objects;
import java.util.concurrent.Callable;

/// Calls that belong on a worker's thread.
final class OnWorker {
    private OnWorker() {}

    static <T> T call(Worker worker, Callable<T> body) {
        return worker.eventLoop().submit(body).syncUninterruptibly().getNow();
    }

    static void run(Worker worker, Runnable body) {
        worker.eventLoop().submit(body).syncUninterruptibly();
    }

    /// A frame of the host side that has entered the datapath; on the worker only.
    static XdpFrame frame(Worker worker, byte[] bytes) {
        XdpFrame frame = Objects.requireNonNull(worker.frames().allocate());
        worker.ledger().entered(1);
        frame.start(bytes.length);
        RawMemory.copyIn(bytes, 0, frame.data(), bytes.length);
        return frame;
    }
}
