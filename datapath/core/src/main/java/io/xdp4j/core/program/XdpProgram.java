package io.xdp4j.core.program;

/// A program that decides about each packet of the queues it is attached to.
///
/// ```java
/// XdpProgram dropUdp = xdp ->
///         xdp.u16(12) == 0x0800 && xdp.u8(23) == 17 ? XDP_DROP : XDP_PASS;
/// ```
///
/// Thread: [#run] is called by every worker that has a queue of the device, at the same time; state
/// shared between them must be safe for that. One worker's calls never overlap.
/// Fails: anything thrown out of [#run] counts as ABORTED (reading beyond the packet through the
/// accessors of [XdpBuff] is such a case) and the packet is dropped.
/// Kernel: a `BPF_PROG_TYPE_XDP` program.
@FunctionalInterface
public interface XdpProgram {
    /// Decides; returns one of the `XDP_*` codes of [XdpAction].
    int run(XdpBuff xdp);

    /// Name for tools and logs.
    default String name() {
        String name = getClass().getSimpleName();
        int lambda = name.indexOf("$$");
        return lambda < 0 ? name : name.substring(0, lambda);
    }

    /// True for a program that copes with packets of several chunks (`xdp.frags`). Others never see
    /// one: a device hands them frames within its MTU.
    default boolean hasFrags() {
        return false;
    }

    /// Where the program may run.
    default XdpAttachType attachType() {
        return XdpAttachType.ANY;
    }

    /// The id that the program has already, 0 to be given one.
    default int id() {
        return 0;
    }
}
