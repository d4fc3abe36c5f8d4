package io.xdp4j.core.trace;

/// Receives the tracepoints it overrides.
///
/// Thread: called by the worker on which the event happens, several at the same time; it must not
/// block. Memory and link events come from control threads.
/// Kernel: `include/trace/events/xdp.h`; arguments have the order of the kernel's text fields.
public interface TraceListener {
    /// A program answered ABORTED or nonsense, or a driver could not act on its answer.
    default void xdpException(int progId, int action, int ifindex) {}

    /// XDP_TX frames were flushed.
    default void xdpBulkTx(int ifindex, int sent, int drops, int err) {}

    /// A redirect succeeded.
    default void xdpRedirect(int progId, int ifindex, int toIfindex, int mapId, int mapIndex) {}

    /// A redirect failed; `err` is a negative errno.
    default void xdpRedirectErr(
            int progId, int ifindex, int toIfindex, int err, int mapId, int mapIndex) {}

    /// A worker took frames out of its cpumap ring.
    default void xdpCpumapKthread(
            int cpu,
            int mapId,
            int processed,
            int drops,
            boolean sched,
            int pass,
            int drop,
            int redirect) {}

    /// Frames were put into the ring of another worker; `processed` includes `drops`.
    default void xdpCpumapEnqueue(int cpu, int mapId, int processed, int drops, int toCpu) {}

    /// A bulk of redirected frames was handed to a device.
    default void xdpDevmapXmit(int fromIfindex, int toIfindex, int sent, int drops, int err) {}

    /// A receive queue was given its memory model; `allocator` tells pools apart.
    default void memConnect(int memId, String memType, long allocator, int ifindex) {}

    /// A memory model went, its queue being closed.
    default void memDisconnect(int memId, String memType, long allocator) {}

    /// A link could not be attached, and why (`bpf_xdp_link_attach_failed`).
    default void xdpLinkAttachFailed(String message) {}

    /// A frame was dropped for `reason`; `ifindex` is the device that counted it, 0 for none.
    default void frameDropped(DropReason reason, int ifindex) {}
}
