package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperProto.Trait;
import io.xdp4j.ebpf.helper.RetType;
import io.xdp4j.ebpf.map.MapType;

/// What r0 is after a helper call.
///
/// Kernel: the second half of `check_helper_call`.
final class ReturnValues {
    private static final int LOOKUP = 1;
    private static final int DYNPTR_DATA = 203;

    private ReturnValues() {}

    static void set(Verification v, HelperProto proto, CallFacts call) {
        RegState r0 = v.reg(0);
        int nullable = proto.returns().isNullable() ? RegType.MAYBE_NULL : 0;
        switch (proto.returns()) {
            case INTEGER -> r0.markUnknown();
            case VOID -> r0.markNotInit();
            case MAP_VALUE, MAP_VALUE_OR_NULL -> setMapValue(v, r0, proto, call, nullable);
            case SOCKET_OR_NULL -> r0.markPointer(RegType.SOCKET, nullable);
            case SOCK_COMMON_OR_NULL -> r0.markPointer(RegType.SOCK_COMMON, nullable);
            case TCP_SOCK_OR_NULL -> r0.markPointer(RegType.TCP_SOCK, nullable);
            case ALLOC_MEM_OR_NULL -> {
                r0.markPointer(RegType.MEM, nullable | RegType.RINGBUF);
                r0.memSize = (int) call.memSize;
            }
            case DYNPTR_MEM_OR_NULL -> {
                r0.markPointer(RegType.MEM, nullable);
                r0.memSize = (int) call.memSize;
            }
            case BTF_ID, BTF_ID_OR_NULL, BTF_ID_TRUSTED ->
                    ObjectTypes.markObject(
                            r0,
                            nullable
                                    | (proto.returns() == RetType.BTF_ID_TRUSTED
                                            ? RegType.TRUSTED
                                            : 0),
                            v.kernel.all(),
                            v.kernel.struct(String.valueOf(proto.btfType())));
            case KPTR_OR_NULL -> setExchanged(v, r0, call);
            case MEM_OR_BTF_ID, MEM_OR_BTF_ID_OR_NULL -> setPerCpu(v, r0, call, nullable);
        }
        if (r0.mayBeNull()) {
            r0.id = v.newId();
        }
        if (proto.id() == DYNPTR_DATA) {
            r0.dynptrId = call.dynptrId;
        }
        if (proto.has(Trait.CASTS) || proto.id() == DYNPTR_DATA) {
            r0.refObjId = call.refObjId;
        } else if (acquires(proto, call)) {
            int id = v.newId();
            v.state().acquire(id, v.insn);
            r0.id = id;
            r0.refObjId = id;
        }
    }

    /// What the field held before.
    private static void setExchanged(Verification v, RegState r0, CallFacts call) {
        KptrCheck.Pointee pointee = call.pointee;
        if (pointee == null) {
            throw v.reject(Errno.EINVAL, "kernel subsystem misconfigured func bpf_kptr_xchg#194");
        }
        int own = pointee.kernel() ? 0 : RegType.ALLOC;
        ObjectTypes.markObject(
                r0,
                RegType.MAYBE_NULL | own | (call.percpu ? RegType.PERCPU : 0),
                pointee.btf(),
                pointee.type());
    }

    private static void setPerCpu(Verification v, RegState r0, CallFacts call, int nullable) {
        RegState from = call.object;
        BtfSpec btf = from == null ? null : from.btf;
        if (from == null || btf == null) {
            throw v.reject(Errno.EINVAL, "kernel subsystem misconfigured verifier");
        }
        if (from.has(RegType.RCU)) {
            ObjectTypes.markObject(r0, RegType.ALLOC | RegType.RCU | nullable, btf, from.btfId);
        } else if (btf.resolved(from.btfId) instanceof BtfType.Struct) {
            ObjectTypes.markObject(r0, nullable | RegType.TRUSTED, btf, from.btfId);
        } else {
            r0.markPointer(RegType.MEM, nullable | RegType.RDONLY);
            r0.memSize = btf.sizeOf(from.btfId);
        }
    }

    private static boolean acquires(HelperProto proto, CallFacts call) {
        MapRef map = call.map;
        return proto.has(Trait.ACQUIRES)
                || (proto.id() == LOOKUP
                        && map != null
                        && (map.type() == MapType.SOCKMAP || map.type() == MapType.SOCKHASH));
    }

    private static void setMapValue(
            Verification v, RegState r0, HelperProto proto, CallFacts call, int nullable) {
        MapRef map = call.map;
        if (map == null) {
            throw v.reject(Errno.EINVAL, "kernel subsystem misconfigured verifier");
        }
        boolean found =
                proto.id() == LOOKUP
                        && call.constantKey >= 0
                        && call.constantKey < (map.spec().maxEntries() & 0xffff_ffffL);
        int flags = found ? 0 : nullable;
        r0.markPointer(RegType.MAP_VALUE, flags);
        r0.map = map;
        r0.mapUid = call.mapUid;
        if (flags == 0 && v.objects.hasLock(r0)) {
            r0.id = v.newId();
        }
    }
}
