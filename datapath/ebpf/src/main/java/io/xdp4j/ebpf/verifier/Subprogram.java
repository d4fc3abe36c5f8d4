package io.xdp4j.ebpf.verifier;

/// One function of a program.
///
/// Kernel: `struct bpf_subprog_info`.
final class Subprogram {
    final int start;
    int end;
    int stackDepth;
    boolean hasTailCall;
    boolean hasLoadAbs;
    boolean isCallback;
    boolean isAsyncCallback;
    boolean isExceptionCallback;
    boolean changesPacket;
    boolean mightSleep;

    /// Range of its instructions in [ControlFlow#postorder()].
    int postorderStart;

    int postorderEnd;

    Subprogram(int start) {
        this.start = start;
    }
}
