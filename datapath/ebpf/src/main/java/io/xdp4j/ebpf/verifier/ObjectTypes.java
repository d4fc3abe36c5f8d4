package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.map.MapSpec.SpecialField;
import io.xdp4j.ebpf.map.SpecialFields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What pointers to objects by BTF point to: objects of the program's own types, and the kernel's.
///
/// Kernel: `btf_record`, `mark_reg_graph_node`, `ref_set_non_owning`.
final class ObjectTypes {
    private record Key(int btf, int type) {}

    private final Map<Key, List<SpecialField>> fields = new HashMap<>();

    /// The fields of a structure that the kernel manages.
    List<SpecialField> fields(BtfSpec btf, int type) {
        return fields.computeIfAbsent(
                new Key(System.identityHashCode(btf), type), _ -> SpecialFields.of(btf, type));
    }

    /// The same of what a register points to: a map's value or an object of the program's own types.
    List<SpecialField> fields(RegState reg) {
        MapRef map = reg.map;
        if (reg.is(RegType.MAP_VALUE) && map != null) {
            return map.spec().fields();
        }
        BtfSpec btf = reg.btf;
        return reg.is(RegType.BTF_ID) && reg.has(RegType.ALLOC) && btf != null
                ? fields(btf, reg.btfId)
                : List.of();
    }

    /// The field of that kind at an offset, or null.
    @Nullable SpecialField field(RegState reg, long offset, String kind) {
        for (SpecialField field : fields(reg)) {
            if (field.offset() == offset && field.kind().equals(kind)) {
                return field;
            }
        }
        return null;
    }

    boolean has(RegState reg, String kind) {
        for (SpecialField field : fields(reg)) {
            if (field.kind().equals(kind)) {
                return true;
            }
        }
        return false;
    }

    boolean hasLock(RegState reg) {
        return has(reg, "bpf_spin_lock") || has(reg, "bpf_res_spin_lock");
    }

    /// BTF that the special fields of what a register points to count in.
    static @Nullable BtfSpec typesOf(RegState reg) {
        MapRef map = reg.map;
        return map == null ? reg.btf : map.spec().btf();
    }

    static void markObject(RegState reg, int flags, BtfSpec btf, int type) {
        reg.markPointer(RegType.BTF_ID, flags);
        reg.btf = btf;
        reg.btfId = type;
    }

    /// A pointer to the node of an element of a list or tree.
    static void markNode(RegState reg, SpecialField root, BtfSpec btf) {
        markObject(reg, RegType.ALLOC, btf, root.typeId());
        reg.off = root.nodeOffset();
    }

    /// A pointer that is good while the lock is held.
    void markNonOwning(RegState reg) {
        reg.flags |= RegType.NON_OWN_REF;
        if (has(reg, "bpf_refcount")) {
            reg.flags |= RegType.RCU;
        }
    }

    /// Pointers that were good only while the lock was held.
    static void forgetNonOwning(VerifierState state) {
        state.forEachReg(reg -> {
            if (reg.has(RegType.NON_OWN_REF)) {
                reg.markNotInit();
            }
        });
    }

    /// Demands that the lock beside a list or tree is held.
    void requireLock(Verification v, RegState reg) {
        VerifierState state = v.state();
        Object owner = reg.is(RegType.MAP_VALUE) ? reg.map : reg.btf;
        if (state.activeLocks == 0) {
            throw v.reject(Errno.EINVAL, "bpf_spin_lock must be held for bpf_list_head");
        }
        if (owner == null
                || !(state.holdsLock(reg.id, owner)
                        || state.holdsLock(reg.id, new ResilientLock(owner, false))
                        || state.holdsLock(reg.id, new ResilientLock(owner, true)))) {
            throw v.reject(Errno.EINVAL, "held lock and object are not in the same allocation");
        }
    }

    static String name(BtfSpec btf, int type) {
        return btf.resolved(type) instanceof BtfType.Struct struct ? struct.name() : "?";
    }
}
