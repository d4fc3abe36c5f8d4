package io.xdp4j.ebpf.verifier;

/// What a register holds, without modifiers ([RegState#flags]).
///
/// Kernel: `enum bpf_reg_type`.
enum RegType {
    NOT_INIT("?"),
    SCALAR("scalar"),
    CTX("ctx"),
    MAP_PTR("map_ptr"),
    MAP_VALUE("map_value"),
    MAP_KEY("map_key"),
    STACK("fp"),
    PACKET("pkt"),
    PACKET_META("pkt_meta"),
    PACKET_END("pkt_end"),
    SOCKET("sock"),
    SOCK_COMMON("sock_common"),
    TCP_SOCK("tcp_sock"),
    XDP_SOCK("xdp_sock"),
    BTF_ID("ptr_"),
    MEM("mem"),
    BUF("buf"),
    FUNC("func"),
    DYNPTR("dynptr_ptr");

    /// Modifiers.
    static final int MAYBE_NULL = 1;

    static final int RDONLY = 2;
    static final int RINGBUF = 4;
    static final int PERCPU = 8;
    static final int RCU = 16;
    static final int UNTRUSTED = 32;
    static final int TRUSTED = 64;
    static final int ALLOC = 128;
    static final int NON_OWN_REF = 256;

    /// A slice of a packet that a dynptr handed out.
    static final int PACKET_SLICE = 512;

    private final String text;

    RegType(String text) {
        this.text = text;
    }

    boolean isPacket() {
        return this == PACKET || this == PACKET_META;
    }

    boolean isPacketOrEnd() {
        return isPacket() || this == PACKET_END;
    }

    boolean isSocket() {
        return this == SOCKET || this == SOCK_COMMON || this == TCP_SOCK || this == XDP_SOCK;
    }

    boolean isMapRelated() {
        return this == MAP_PTR || this == MAP_VALUE || this == MAP_KEY;
    }

    /// Types that a whole register spill to the stack keeps.
    boolean isSpillable() {
        return this != NOT_INIT && this != SCALAR && this != DYNPTR;
    }

    /// The name in the log, with modifiers around it.
    String text(int flags) {
        String nullable = (flags & MAYBE_NULL) == 0 ? "" : this == BTF_ID ? "or_null_" : "_or_null";
        return ((flags & RDONLY) != 0 ? "rdonly_" : "")
                + ((flags & RINGBUF) != 0 ? "ringbuf_" : "")
                + ((flags & PERCPU) != 0 ? "percpu_" : "")
                + ((flags & RCU) != 0 ? "rcu_" : "")
                + ((flags & UNTRUSTED) != 0 ? "untrusted_" : "")
                + ((flags & TRUSTED) != 0 ? "trusted_" : "")
                + text
                + nullable;
    }
}
