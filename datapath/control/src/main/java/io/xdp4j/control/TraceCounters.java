package io.xdp4j.control;

import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.HotPath;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Adds up tracepoints, each worker on its own.
///
/// Thread: events on their worker; [#read] any, which sees values of a moment ago.
/// Kernel: the tracing programs of `samples/bpf/xdp_sample.bpf.c`.
final class TraceCounters implements TraceListener {
    /// Errors told apart; the kernel's redirects have errnos below it.
    private static final int MAX_ERRNO = 134;

    private static final int ACTIONS = 6;

    private final int[] from;
    private final int[] to;
    private final int[] cpumaps;
    private final boolean redirects;
    private final Share[] shares;

    TraceCounters(TraceFilter filter, int workers) {
        from = filter.from().stream().mapToInt(Integer::intValue).toArray();
        to = filter.to().stream().mapToInt(Integer::intValue).toArray();
        cpumaps = filter.cpumaps().stream().mapToInt(Integer::intValue).toArray();
        redirects = filter.redirects();
        shares = new Share[workers];
        for (int i = 0; i < workers; i++) {
            shares[i] = new Share(workers);
        }
    }

    /// The tracepoints to subscribe to: the one that is an event a frame only if it is asked for.
    Set<Tracepoint> points() {
        EnumSet<Tracepoint> points =
                EnumSet.of(
                        Tracepoint.XDP_EXCEPTION,
                        Tracepoint.XDP_REDIRECT_ERR,
                        Tracepoint.XDP_CPUMAP_ENQUEUE,
                        Tracepoint.XDP_CPUMAP_KTHREAD,
                        Tracepoint.XDP_DEVMAP_XMIT);
        if (redirects) {
            points.add(Tracepoint.XDP_REDIRECT);
        }
        return points;
    }

    /// One worker's counters.
    private static final class Share {
        private final long[] redirect = new long[MAX_ERRNO];
        private final long[] exception = new long[ACTIONS];
        private final long[] enqueued;
        private final long[] enqueueDrops;
        private final long[] enqueueBulks;
        private final long[] kthread = new long[6];
        private final DevicePairs xmits = new DevicePairs();

        private Share(int workers) {
            enqueued = new long[workers];
            enqueueDrops = new long[workers];
            enqueueBulks = new long[workers];
        }
    }

    @HotPath
    private @Nullable Share share() {
        Worker worker = Worker.current();
        return worker == null ? null : shares[worker.index()];
    }

    @HotPath
    private static boolean matches(int[] wanted, int value) {
        if (wanted.length == 0) {
            return true;
        }
        for (int one : wanted) {
            if (one == value) {
                return true;
            }
        }
        return false;
    }

    // ---- events

    @HotPath
    @Override
    public void xdpException(int progId, int action, int ifindex) {
        Share share = share();
        if (share != null && (matches(from, ifindex) || (to.length != 0 && matches(to, ifindex)))) {
            share.exception[action >= 0 && action < ACTIONS - 1 ? action : ACTIONS - 1]++;
        }
    }

    @HotPath
    @Override
    public void xdpRedirect(int progId, int ifindex, int toIfindex, int mapId, int mapIndex) {
        countRedirect(ifindex, 0);
    }

    @HotPath
    @Override
    public void xdpRedirectErr(
            int progId, int ifindex, int toIfindex, int err, int mapId, int mapIndex) {
        countRedirect(ifindex, -err);
    }

    @HotPath
    private void countRedirect(int ifindex, int errno) {
        Share share = share();
        if (share != null && matches(from, ifindex)) {
            share.redirect[errno >= 0 && errno < MAX_ERRNO ? errno : MAX_ERRNO - 1]++;
        }
    }

    @HotPath
    @Override
    public void xdpCpumapEnqueue(int cpu, int mapId, int processed, int drops, int toCpu) {
        Share share = share();
        if (share != null && matches(cpumaps, mapId)) {
            share.enqueued[toCpu] += processed;
            share.enqueueDrops[toCpu] += drops;
            if (processed > 0) {
                share.enqueueBulks[toCpu]++;
            }
        }
    }

    @HotPath
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
        Share share = share();
        if (share != null && matches(cpumaps, mapId)) {
            long[] kthread = share.kthread;
            kthread[0] += processed;
            kthread[1] += drops;
            kthread[2] += sched ? 1 : 0;
            kthread[3] += pass;
            kthread[4] += drop;
            kthread[5] += redirect;
        }
    }

    @HotPath
    @Override
    public void xdpDevmapXmit(int fromIfindex, int toIfindex, int sent, int drops, int err) {
        Share share = share();
        if (share != null && matches(from, fromIfindex) && matches(to, toIfindex)) {
            share.xmits.add(fromIfindex, toIfindex, sent, drops, err);
        }
    }

    // ---- reading

    TraceCounts read() {
        List<TraceCounts.Redirect> redirected = new ArrayList<>();
        List<TraceCounts.Fault> exceptions = new ArrayList<>();
        List<TraceCounts.Enqueue> enqueues = new ArrayList<>();
        List<TraceCounts.Kthread> kthreads = new ArrayList<>();
        List<TraceCounts.Xmit> xmits = new ArrayList<>();
        for (int cpu = 0; cpu < shares.length; cpu++) {
            Share share = shares[cpu];
            for (int errno = 0; errno < MAX_ERRNO; errno++) {
                if (share.redirect[errno] != 0) {
                    redirected.add(new TraceCounts.Redirect(cpu, errno, share.redirect[errno]));
                }
            }
            for (int action = 0; action < ACTIONS; action++) {
                if (share.exception[action] != 0) {
                    exceptions.add(new TraceCounts.Fault(cpu, action, share.exception[action]));
                }
            }
            for (int target = 0; target < shares.length; target++) {
                if (share.enqueueBulks[target] != 0) {
                    enqueues.add(
                            new TraceCounts.Enqueue(
                                    cpu,
                                    target,
                                    share.enqueued[target],
                                    share.enqueueDrops[target],
                                    share.enqueueBulks[target]));
                }
            }
            long[] k = share.kthread;
            if (k[0] != 0 || k[2] != 0) {
                kthreads.add(new TraceCounts.Kthread(cpu, k[0], k[1], k[2], k[3], k[4], k[5]));
            }
            share.xmits.read(cpu, xmits);
        }
        return new TraceCounts(
                System.nanoTime(), redirected, exceptions, enqueues, kthreads, xmits);
    }
}
