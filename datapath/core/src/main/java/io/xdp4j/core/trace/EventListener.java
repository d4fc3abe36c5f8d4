package io.xdp4j.core.trace;

import static io.xdp4j.core.trace.Tracepoint.BPF_XDP_LINK_ATTACH_FAILED;
import static io.xdp4j.core.trace.Tracepoint.FRAME_DROPPED;
import static io.xdp4j.core.trace.Tracepoint.MEM_CONNECT;
import static io.xdp4j.core.trace.Tracepoint.MEM_DISCONNECT;
import static io.xdp4j.core.trace.Tracepoint.XDP_BULK_TX;
import static io.xdp4j.core.trace.Tracepoint.XDP_CPUMAP_ENQUEUE;
import static io.xdp4j.core.trace.Tracepoint.XDP_CPUMAP_KTHREAD;
import static io.xdp4j.core.trace.Tracepoint.XDP_DEVMAP_XMIT;
import static io.xdp4j.core.trace.Tracepoint.XDP_EXCEPTION;

/// Turns the typed calls of a [TraceListener] into values.
///
/// Thread: as [TraceListener].
final class EventListener implements TraceListener {
    private static final String TX = "TX";
    private static final String REDIRECT = "REDIRECT";

    private final TraceEvents to;

    EventListener(TraceEvents to) {
        this.to = to;
    }

    @Override
    public void xdpException(int progId, int action, int ifindex) {
        to.event(XDP_EXCEPTION, progId, Tracepoint.actionName(action), ifindex);
    }

    @Override
    public void xdpBulkTx(int ifindex, int sent, int drops, int err) {
        to.event(XDP_BULK_TX, ifindex, TX, sent, drops, err);
    }

    @Override
    public void xdpRedirect(int progId, int ifindex, int toIfindex, int mapId, int mapIndex) {
        to.event(Tracepoint.XDP_REDIRECT, progId, REDIRECT, ifindex, toIfindex, 0, mapId, mapIndex);
    }

    @Override
    public void xdpRedirectErr(
            int progId, int ifindex, int toIfindex, int err, int mapId, int mapIndex) {
        to.event(
                Tracepoint.XDP_REDIRECT_ERR,
                progId,
                REDIRECT,
                ifindex,
                toIfindex,
                err,
                mapId,
                mapIndex);
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
        int slept = sched ? 1 : 0;
        to.event(
                XDP_CPUMAP_KTHREAD,
                cpu,
                mapId,
                REDIRECT,
                processed,
                drops,
                slept,
                pass,
                drop,
                redirect);
    }

    @Override
    public void xdpCpumapEnqueue(int cpu, int mapId, int processed, int drops, int toCpu) {
        to.event(XDP_CPUMAP_ENQUEUE, cpu, mapId, REDIRECT, processed, drops, toCpu);
    }

    @Override
    public void xdpDevmapXmit(int fromIfindex, int toIfindex, int sent, int drops, int err) {
        to.event(XDP_DEVMAP_XMIT, fromIfindex, toIfindex, REDIRECT, sent, drops, err);
    }

    @Override
    public void memConnect(int memId, String memType, long allocator, int ifindex) {
        to.event(MEM_CONNECT, memId, memType, pointer(allocator), ifindex);
    }

    @Override
    public void memDisconnect(int memId, String memType, long allocator) {
        to.event(MEM_DISCONNECT, memId, memType, pointer(allocator));
    }

    private static String pointer(long address) {
        return "%016x".formatted(address);
    }

    @Override
    public void xdpLinkAttachFailed(String message) {
        to.event(BPF_XDP_LINK_ATTACH_FAILED, message);
    }

    @Override
    public void frameDropped(DropReason reason, int ifindex) {
        to.event(FRAME_DROPPED, reason.name(), ifindex);
    }
}
