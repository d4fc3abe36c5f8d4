package io.xdp4j.core.trace;

import java.util.List;

/// The tracepoints of a datapath: their names and fields, in the kernel's order.
///
/// `xdp_redirect_map`, `xdp_redirect_map_err` and `mem_return_failed` exist for tools that name them;
/// as in the kernel they never fire.
///
/// Kernel: include/trace/events/xdp.h; `frame_dropped` has the part of `skb:kfree_skb`.
public enum Tracepoint {
    XDP_EXCEPTION("xdp_exception", "", "prog_id action ifindex"),
    XDP_BULK_TX("xdp_bulk_tx", "", "ifindex action sent drops err"),
    XDP_REDIRECT("xdp_redirect", "", Tracepoint.REDIRECT_FIELDS),
    XDP_REDIRECT_ERR("xdp_redirect_err", "", Tracepoint.REDIRECT_FIELDS),
    XDP_REDIRECT_MAP("xdp_redirect_map", "", Tracepoint.REDIRECT_FIELDS),
    XDP_REDIRECT_MAP_ERR("xdp_redirect_map_err", "", Tracepoint.REDIRECT_FIELDS),
    XDP_CPUMAP_KTHREAD(
            "xdp_cpumap_kthread",
            "kthread ",
            "cpu map_id action processed drops sched xdp_pass xdp_drop xdp_redirect"),
    XDP_CPUMAP_ENQUEUE(
            "xdp_cpumap_enqueue", "enqueue ", "cpu map_id action processed drops to_cpu"),
    XDP_DEVMAP_XMIT(
            "xdp_devmap_xmit", "ndo_xdp_xmit ", "from_ifindex to_ifindex action sent drops err"),
    MEM_CONNECT("mem_connect", "", "mem_id mem_type allocator ifindex"),
    MEM_DISCONNECT("mem_disconnect", "", "mem_id mem_type allocator"),
    MEM_RETURN_FAILED("mem_return_failed", "", "mem_id mem_type page"),
    BPF_XDP_LINK_ATTACH_FAILED("bpf_xdp_link_attach_failed", "", "errmsg"),
    FRAME_DROPPED("frame_dropped", "", "reason ifindex");

    private static final String REDIRECT_FIELDS =
            "prog_id action ifindex to_ifindex err map_id map_index";

    private static final List<String> ACTIONS =
            List.of("ABORTED", "DROP", "PASS", "TX", "REDIRECT");

    private final String eventName;
    private final String prefix;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> fields;

    Tracepoint(String eventName, String prefix, String fields) {
        this.eventName = eventName;
        this.prefix = prefix;
        this.fields = List.of(fields.split(" "));
    }

    /// The kernel's name.
    public String eventName() {
        return eventName;
    }

    /// Names of the fields, in the order of [TraceEvents#event].
    public List<String> fields() {
        return fields;
    }

    /// An XDP action as the kernel prints it; a code that is none in hexadecimal.
    public static String actionName(int code) {
        return code >= 0 && code < ACTIONS.size()
                ? ACTIONS.get(code)
                : "0x" + Integer.toHexString(code);
    }

    /// The fields as the kernel prints them: `key=value`, parted by spaces.
    public String text(Object... values) {
        StringBuilder text = new StringBuilder(prefix);
        for (int i = 0; i < values.length; i++) {
            text.append(i == 0 ? "" : " ").append(fields.get(i)).append('=').append(values[i]);
        }
        return text.toString();
    }
}
