package io.xdp4j.ebpf.jit;

/// Helpers that the compiler knows by number.
///
/// Kernel: `enum bpf_func_id`.
final class HelperIds {
    static final int MAP_LOOKUP = 1;
    static final int MAP_UPDATE = 2;
    static final int MAP_DELETE = 3;
    static final int KTIME_GET_NS = 5;
    static final int GET_SMP_PROCESSOR_ID = 8;
    static final int TAIL_CALL = 12;
    static final int REDIRECT = 23;
    static final int REDIRECT_MAP = 51;
    static final int FOR_EACH_MAP_ELEM = 164;
    static final int LOOP = 181;

    private HelperIds() {}
}
