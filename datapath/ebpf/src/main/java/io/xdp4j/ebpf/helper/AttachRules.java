package io.xdp4j.ebpf.helper;

/// Helpers of socket address hooks that only some attach points have.
///
/// Kernel: `sock_addr_func_proto`, `cgroup_common_func_proto`.
final class AttachRules {
    private static final int BIND = 64;
    private static final int GET_RETVAL = 186;
    private static final int SET_RETVAL = 187;

    private AttachRules() {}

    static boolean isAllowed(int helper, int attachType) {
        return switch (helper) {
            case BIND -> attachType == 10 || attachType == 11; // CGROUP_INET4_CONNECT, INET6
            case GET_RETVAL, SET_RETVAL -> !alwaysPermits(attachType);
            default -> true;
        };
    }

    /// recvmsg, getpeername and getsockname, where a program must return 1.
    private static boolean alwaysPermits(int attachType) {
        return attachType == 19 || attachType == 20 || (attachType >= 29 && attachType <= 32);
    }
}
