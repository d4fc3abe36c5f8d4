package io.xdp4j.ebpf.verifier;

import org.jspecify.annotations.Nullable;

/// What the arguments of one helper call told.
///
/// Kernel: `struct bpf_call_arg_meta`.
final class CallFacts {
    final int helper;
    final boolean packetAccess;

    @Nullable MapRef map;
    int mapUid;

    /// The memory argument at hand need not be initialised.
    boolean raw;

    int rawReg;
    int rawSize;

    long maxSize;
    long memSize;
    int refObjId;
    int releaseReg;
    int subprog;
    int dynptrId;

    /// Key on the stack of a lookup in an array, -1 when it is not always the same.
    long constantKey = -1;

    CallFacts(int helper, boolean packetAccess) {
        this.helper = helper;
        this.packetAccess = packetAccess;
    }
}
