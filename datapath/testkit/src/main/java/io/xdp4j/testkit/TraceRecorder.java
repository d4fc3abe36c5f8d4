package io.xdp4j.testkit;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;
import java.util.ArrayList;
import java.util.List;

/// Keeps tracepoint events as lines of the kernel's text form.
///
/// Thread: any.
public final class TraceRecorder implements TraceListener {
    private final List<String> lines = new ArrayList<>();

    private synchronized void add(String line) {
        lines.add(line);
    }

    /// All lines so far.
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /// The lines of one event, such as `xdp_exception`.
    public List<String> lines(String event) {
        return lines().stream().filter(line -> line.startsWith(event + " ")).toList();
    }

    @Override
    public void xdpException(int progId, int action, int ifindex) {
        add(
                "xdp_exception prog_id="
                        + progId
                        + " action="
                        + XdpAction.nameOf(action)
                        + " ifindex="
                        + ifindex);
    }

    @Override
    public void xdpBulkTx(int ifindex, int sent, int drops, int err) {
        add(
                "xdp_bulk_tx ifindex="
                        + ifindex
                        + " action=TX sent="
                        + sent
                        + " drops="
                        + drops
                        + " err="
                        + err);
    }

    @Override
    public void xdpRedirect(int progId, int ifindex, int toIfindex, int mapId, int mapIndex) {
        add(redirect("xdp_redirect", progId, ifindex, toIfindex, 0, mapId, mapIndex));
    }

    @Override
    public void xdpRedirectErr(
            int progId, int ifindex, int toIfindex, int err, int mapId, int mapIndex) {
        add(redirect("xdp_redirect_err", progId, ifindex, toIfindex, err, mapId, mapIndex));
    }

    private static String redirect(
            String event, int progId, int ifindex, int to, int err, int mapId, int mapIndex) {
        return event
                + " prog_id="
                + progId
                + " action=REDIRECT ifindex="
                + ifindex
                + " to_ifindex="
                + to
                + " err="
                + err
                + " map_id="
                + mapId
                + " map_index="
                + mapIndex;
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
        add(
                "xdp_cpumap_kthread kthread cpu="
                        + cpu
                        + " map_id="
                        + mapId
                        + " action=REDIRECT processed="
                        + processed
                        + " drops="
                        + drops
                        + " sched="
                        + (sched ? 1 : 0)
                        + " xdp_pass="
                        + pass
                        + " xdp_drop="
                        + drop
                        + " xdp_redirect="
                        + redirect);
    }

    @Override
    public void xdpCpumapEnqueue(int cpu, int mapId, int processed, int drops, int toCpu) {
        add(
                "xdp_cpumap_enqueue enqueue cpu="
                        + cpu
                        + " map_id="
                        + mapId
                        + " action=REDIRECT processed="
                        + processed
                        + " drops="
                        + drops
                        + " to_cpu="
                        + toCpu);
    }

    @Override
    public void xdpDevmapXmit(int fromIfindex, int toIfindex, int sent, int drops, int err) {
        add(
                "xdp_devmap_xmit ndo_xdp_xmit from_ifindex="
                        + fromIfindex
                        + " to_ifindex="
                        + toIfindex
                        + " action=REDIRECT sent="
                        + sent
                        + " drops="
                        + drops
                        + " err="
                        + err);
    }

    @Override
    public void frameDropped(DropReason reason, int ifindex) {
        add("frame_dropped reason=" + reason + " ifindex=" + ifindex);
    }
}
