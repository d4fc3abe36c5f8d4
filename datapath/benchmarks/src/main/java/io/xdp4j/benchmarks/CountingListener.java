package io.xdp4j.benchmarks;

import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;

/// Counts all events for each worker, as xdp_monitor's programs do for each CPU.
///
/// Thread: any; a worker's counters have one writer.
final class CountingListener implements TraceListener {
    private static final int WORKERS = 64;

    /// Longs between two workers' counters, so that they share no cache line.
    private static final int STRIDE = 32;

    private final long[] counters = new long[WORKERS * STRIDE];

    private void count(int event, long by) {
        Worker worker = Worker.current();
        if (worker != null) {
            counters[worker.index() * STRIDE + event] += by;
        }
    }

    @Override
    public void xdpException(int progId, int action, int ifindex) {
        count(0, 1);
    }

    @Override
    public void xdpBulkTx(int ifindex, int sent, int drops, int err) {
        count(1, sent);
        count(2, drops);
    }

    @Override
    public void xdpRedirect(int progId, int ifindex, int toIfindex, int mapId, int mapIndex) {
        count(3, 1);
    }

    @Override
    public void xdpRedirectErr(
            int progId, int ifindex, int toIfindex, int err, int mapId, int mapIndex) {
        count(4, 1);
    }

    @Override
    public void xdpCpumapKthread(
            int cpu,
            int mapId,
            int processed,
            int drops,
            boolean sched,
            int pass,
            int drop,
            int redirect) {
        count(5, processed);
        count(6, drops);
        count(7, sched ? 1 : 0);
        count(8, pass);
        count(9, drop);
        count(10, redirect);
    }

    @Override
    public void xdpCpumapEnqueue(int cpu, int mapId, int processed, int drops, int toCpu) {
        count(11, processed);
        count(12, drops);
    }

    @Override
    public void xdpDevmapXmit(int fromIfindex, int toIfindex, int sent, int drops, int err) {
        count(13, sent);
        count(14, drops);
        count(15, err == 0 ? 0 : 1);
    }

    @Override
    public void frameDropped(DropReason reason, int ifindex) {
        count(16, 1);
    }
}
