package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.map.MapSpec;
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

    /// Of a field that holds pointers: what they point to, and whether each CPU has one.
    KptrCheck.@Nullable Pointee pointee;

    boolean percpu;
    MapSpec.@Nullable SpecialField kptr;
    @Nullable BtfSpec kptrTypes;

    /// The object that the call was given.
    @Nullable RegState object;

    /// Key on the stack of a lookup in an array, -1 when it is not always the same.
    long constantKey = -1;

    CallFacts(int helper, boolean packetAccess) {
        this.helper = helper;
        this.packetAccess = packetAccess;
    }
}
