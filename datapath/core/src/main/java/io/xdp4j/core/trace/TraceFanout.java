package io.xdp4j.core.trace;

/// Hands each event to several listeners in the order they subscribed.
final class TraceFanout implements TraceListener {
    private final TraceListener[] all;

    TraceFanout(TraceListener[] all) {
        this.all = all;
    }

    @Override
    public void xdpException(int progId, int action, int ifindex) {
        for (TraceListener one : all) {
            one.xdpException(progId, action, ifindex);
        }
    }

    @Override
    public void xdpBulkTx(int ifindex, int sent, int drops, int err) {
        for (TraceListener one : all) {
            one.xdpBulkTx(ifindex, sent, drops, err);
        }
    }

    @Override
    public void xdpRedirect(int progId, int ifindex, int toIfindex, int mapId, int mapIndex) {
        for (TraceListener one : all) {
            one.xdpRedirect(progId, ifindex, toIfindex, mapId, mapIndex);
        }
    }

    @Override
    public void xdpRedirectErr(
            int progId, int ifindex, int toIfindex, int err, int mapId, int mapIndex) {
        for (TraceListener one : all) {
            one.xdpRedirectErr(progId, ifindex, toIfindex, err, mapId, mapIndex);
        }
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
        for (TraceListener one : all) {
            one.xdpCpumapKthread(cpu, mapId, processed, drops, sched, pass, drop, redirect);
        }
    }

    @Override
    public void xdpCpumapEnqueue(int cpu, int mapId, int processed, int drops, int toCpu) {
        for (TraceListener one : all) {
            one.xdpCpumapEnqueue(cpu, mapId, processed, drops, toCpu);
        }
    }

    @Override
    public void xdpDevmapXmit(int fromIfindex, int toIfindex, int sent, int drops, int err) {
        for (TraceListener one : all) {
            one.xdpDevmapXmit(fromIfindex, toIfindex, sent, drops, err);
        }
    }

    @Override
    public void memConnect(int memId, String memType, long allocator, int ifindex) {
        for (TraceListener one : all) {
            one.memConnect(memId, memType, allocator, ifindex);
        }
    }

    @Override
    public void memDisconnect(int memId, String memType, long allocator) {
        for (TraceListener one : all) {
            one.memDisconnect(memId, memType, allocator);
        }
    }

    @Override
    public void xdpLinkAttachFailed(String message) {
        for (TraceListener one : all) {
            one.xdpLinkAttachFailed(message);
        }
    }

    @Override
    public void frameDropped(DropReason reason, int ifindex) {
        for (TraceListener one : all) {
            one.frameDropped(reason, ifindex);
        }
    }
}
