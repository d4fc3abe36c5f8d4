package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.map.MapType;

/// What a comparison with null teaches of all registers that hold the same pointer.
///
/// Kernel: `mark_ptr_or_null_regs`, `mark_ptr_not_null_reg`.
final class NullChecks {
    private NullChecks() {}

    static void learn(Verification v, VerifierState state, RegState pointer, boolean isNull) {
        int id = pointer.id;
        int reference = pointer.refObjId;
        if (reference != 0 && reference == id && isNull) {
            state.release(id);
        }
        state.forEachReg(reg -> {
            if (reg.mayBeNull() && reg.id == id) {
                resolve(v, reg, isNull);
            }
        });
    }

    private static void resolve(Verification v, RegState reg, boolean isNull) {
        if (isNull) {
            reg.setType(RegType.SCALAR, 0);
            reg.id = 0;
            reg.refObjId = 0;
            return;
        }
        markNotNull(reg);
        if (!v.objects.hasLock(reg)) {
            reg.id = 0;
        }
    }

    static void markNotNull(RegState reg) {
        MapRef map = reg.map;
        if (!reg.is(RegType.MAP_VALUE) || map == null) {
            reg.flags &= ~RegType.MAYBE_NULL;
            return;
        }
        MapRef inner = map.inner();
        if (inner != null) {
            reg.setType(RegType.MAP_PTR, 0);
            reg.map = inner;
            if (inner.hasField("bpf_timer") || inner.hasField("bpf_wq")) {
                reg.mapUid = reg.id;
            }
        } else if (map.type() == MapType.XSKMAP) {
            reg.setType(RegType.XDP_SOCK, 0);
        } else if (map.type() == MapType.SOCKMAP || map.type() == MapType.SOCKHASH) {
            reg.setType(RegType.SOCKET, 0);
        } else {
            reg.setType(RegType.MAP_VALUE, 0);
        }
    }
}
