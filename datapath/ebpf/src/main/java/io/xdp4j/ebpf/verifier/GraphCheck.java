package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.helper.KfuncArg;
import io.xdp4j.ebpf.map.MapSpec.SpecialField;
import org.jspecify.annotations.Nullable;

/// Objects of a program's own types, and the lists and trees made of them.
///
/// An object is owned from `bpf_obj_new` until it is dropped or put into a list or tree; from then
/// on a pointer to it is good only while the lock of that list or tree is held.
///
/// Kernel: `process_kf_arg_ptr_to_graph_root`, `process_kf_arg_ptr_to_graph_node`,
/// `ref_convert_owning_non_owning`.
final class GraphCheck {
    /// `BPF_GLOBAL_PERCPU_MA_MAX_SIZE`
    private static final int MAX_PERCPU_BYTES = 512;

    private static final int OBJECT = RegType.ALLOC;

    private final Verification v;
    private final References references;
    private final MemoryCheck memory;

    GraphCheck(Verification v, References references, MemoryCheck memory) {
        this.v = v;
        this.references = references;
        this.memory = memory;
    }

    /// What the arguments of one call told.
    static final class Facts {
        @Nullable SpecialField root;
        @Nullable BtfSpec rootTypes;
        @Nullable RegState rootOwner;
        @Nullable BtfSpec objectTypes;
        int objectType;
        boolean owned;
    }

    static boolean isGraphArg(KfuncArg.Kind kind) {
        return switch (kind) {
            case LIST_HEAD, LIST_NODE, RB_ROOT, RB_NODE, REFCOUNTED, ALLOCATED -> true;
            default -> false;
        };
    }

    /// Kfuncs that may be called under a lock.
    static boolean isAllowedUnderLock(String name) {
        return name.startsWith("bpf_list_")
                || name.startsWith("bpf_rbtree_")
                || name.equals("bpf_refcount_acquire_impl")
                || name.startsWith("bpf_iter_num_")
                || name.startsWith("bpf_res_spin_");
    }

    private static boolean adds(String name) {
        return name.startsWith("bpf_list_push_") || name.equals("bpf_rbtree_add_impl");
    }

    void check(String kfunc, KfuncArg.Kind kind, int number, RegState reg, Facts facts) {
        switch (kind) {
            case LIST_HEAD -> checkRoot("bpf_list_head", number, reg, facts);
            case RB_ROOT -> checkRoot("bpf_rb_root", number, reg, facts);
            case LIST_NODE -> checkNode("bpf_list_node", number, reg, facts);
            case RB_NODE -> {
                if (!kfunc.equals("bpf_rbtree_add_impl")) {
                    checkTreePosition(kfunc, reg);
                }
                checkNode("bpf_rb_node", number, reg, facts);
            }
            case REFCOUNTED -> checkRefcounted(number, reg, facts);
            default -> checkAllocated(kfunc, number, reg, facts);
        }
    }

    private void checkAllocated(String kfunc, int number, RegState reg, Facts facts) {
        memory.checkUnmodified(reg, number, false);
        boolean percpu = reg.flags == (OBJECT | RegType.PERCPU);
        if (!reg.is(RegType.BTF_ID) || (reg.flags != OBJECT && !percpu)) {
            throw v.reject(Errno.EINVAL, "arg#%d expected pointer to allocated object", number - 1);
        }
        String wanted = percpu ? "bpf_percpu_obj_drop_impl" : "bpf_obj_drop_impl";
        if (!kfunc.equals(wanted)) {
            throw v.reject(Errno.EINVAL, "arg#%d expected for %s()", number - 1, wanted);
        }
        requireReference(reg);
        note(reg, facts);
    }

    private void requireReference(RegState reg) {
        if (reg.refObjId == 0) {
            throw v.reject(Errno.EINVAL, "allocated object must be referenced");
        }
    }

    private static void note(RegState reg, Facts facts) {
        facts.objectTypes = reg.btf;
        facts.objectType = reg.btfId;
    }

    private void checkRefcounted(int number, RegState reg, Facts facts) {
        if (!reg.is(RegType.BTF_ID)
                || !reg.has(RegType.ALLOC)
                || reg.has(RegType.PERCPU | RegType.UNTRUSTED)) {
            throw v.reject(Errno.EINVAL, "arg#%d is neither owning or non-owning ref", number - 1);
        }
        facts.owned = !reg.has(RegType.NON_OWN_REF);
        if (!v.objects.has(reg, "bpf_refcount")) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d doesn't point to a type with bpf_refcount field",
                    number - 1);
        }
        note(reg, facts);
    }

    private void checkRoot(String kind, int number, RegState reg, Facts facts) {
        boolean object = reg.is(RegType.BTF_ID) && reg.flags == OBJECT;
        if (!reg.isPlain(RegType.MAP_VALUE) && !object) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d expected pointer to map value or allocated object",
                    number - 1);
        }
        if (object) {
            requireReference(reg);
        }
        requireConstant(kind, number, reg);
        long off = reg.off + reg.var.value();
        SpecialField root = v.objects.field(reg, off, kind);
        if (root == null) {
            throw v.reject(Errno.EINVAL, "%s not found at offset=%d", kind, off);
        }
        v.objects.requireLock(v, reg);
        facts.root = root;
        facts.rootTypes = ObjectTypes.typesOf(reg);
        facts.rootOwner = reg;
    }

    private void requireConstant(String kind, int number, RegState reg) {
        if (!reg.var.isConst()) {
            throw v.reject(
                    Errno.EINVAL,
                    "R%d doesn't have constant offset. %s has to be at the constant offset",
                    number,
                    kind);
        }
    }

    private void checkTreePosition(String kfunc, RegState reg) {
        if (!reg.has(RegType.NON_OWN_REF) && reg.refObjId == 0) {
            throw v.reject(
                    Errno.EINVAL,
                    "%s can only take non-owning or refcounted bpf_rb_node pointer",
                    kfunc);
        }
        if (inTreeCallback(v)) {
            throw v.reject(Errno.EINVAL, "%s not allowed in rbtree cb", kfunc);
        }
    }

    private void checkNode(String kind, int number, RegState reg, Facts facts) {
        SpecialField root = facts.root;
        int extra = reg.flags & ~(OBJECT | RegType.NON_OWN_REF | RegType.RCU);
        boolean own = reg.flags == OBJECT;
        boolean position = !own && reg.has(RegType.NON_OWN_REF);
        if (!reg.is(RegType.BTF_ID) || !reg.has(OBJECT) || extra != 0 || (!own && !position)) {
            throw v.reject(Errno.EINVAL, "arg#%d expected pointer to allocated object", number - 1);
        }
        if (own) {
            requireReference(reg);
        }
        requireConstant(kind, number, reg);
        long off = reg.off + reg.var.value();
        if (root == null || v.objects.field(reg, off, kind) == null) {
            throw v.reject(Errno.EINVAL, "%s not found at offset=%d", kind, off);
        }
        if (reg.btf != facts.rootTypes || reg.btfId != root.typeId()) {
            throw v.reject(
                    Errno.EINVAL,
                    "operation on %s expects arg#1 %s at offset=%d in another struct",
                    root.kind(),
                    kind,
                    root.nodeOffset());
        }
        if (off != root.nodeOffset()) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#1 offset=%d, but expected %s at offset=%d",
                    off,
                    kind,
                    root.nodeOffset());
        }
        note(reg, facts);
    }

    /// True in the function that orders the elements of a tree.
    static boolean inTreeCallback(Verification v) {
        FrameState frame = v.frame();
        return frame.inCallback
                && frame.callsite >= 0
                && v.kfuncName(v.insns[frame.callsite]).equals("bpf_rbtree_add_impl");
    }

    /// What the call does to the pointers that the program has.
    void apply(String kfunc) {
        if (adds(kfunc)) {
            int id = v.reg(2).refObjId;
            if (id == 0) {
                throw v.reject(Errno.EINVAL, "allocated object must be referenced");
            }
            v.state()
                    .forEachReg(reg -> {
                        if (reg.refObjId == id) {
                            reg.refObjId = 0;
                            v.objects.markNonOwning(reg);
                        }
                    });
            references.release(id);
        }
    }

    // ---- results

    /// Sets r0 for the calls that give objects; false for others.
    boolean setResult(String kfunc, Facts facts, long constant, RegState r0) {
        switch (kfunc) {
            case "bpf_obj_new_impl" -> makeNew(r0, constant, false);
            case "bpf_percpu_obj_new_impl" -> makeNew(r0, constant, true);
            case "bpf_refcount_acquire_impl" -> {
                BtfSpec types = facts.objectTypes;
                if (types != null) {
                    ObjectTypes.markObject(r0, OBJECT, types, facts.objectType);
                }
            }
            default -> {
                SpecialField root = facts.root;
                BtfSpec types = facts.rootTypes;
                if (root == null || types == null || adds(kfunc)) {
                    return false;
                }
                ObjectTypes.markNode(r0, root, types);
            }
        }
        return true;
    }

    private void makeNew(RegState r0, long type, boolean percpu) {
        BtfSpec types = v.program.btf();
        if (type != (type & 0xffff_ffffL)) {
            throw v.reject(Errno.EINVAL, "local type ID argument must be in range [0, U32_MAX]");
        }
        if (types == null) {
            throw v.reject(Errno.EINVAL, "bpf_obj_new/bpf_percpu_obj_new requires prog BTF");
        }
        if (type <= 0
                || type >= types.count()
                || !(types.type((int) type) instanceof BtfType.Struct struct)) {
            throw v.reject(
                    Errno.EINVAL,
                    "bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct");
        }
        if (percpu) {
            checkPercpu(types, struct, (int) type);
        }
        ObjectTypes.markObject(r0, OBJECT | (percpu ? RegType.PERCPU : 0), types, (int) type);
    }

    private void checkPercpu(BtfSpec types, BtfType.Struct struct, int type) {
        if (struct.size() > MAX_PERCPU_BYTES) {
            throw v.reject(
                    Errno.EINVAL,
                    "bpf_percpu_obj_new type size (%d) is greater than %d",
                    struct.size(),
                    MAX_PERCPU_BYTES);
        }
        if (!isOfNumbers(types, struct, 0)) {
            throw v.reject(
                    Errno.EINVAL,
                    "bpf_percpu_obj_new type ID argument must be of a struct of scalars");
        }
        if (!v.objects.fields(types, type).isEmpty()) {
            throw v.reject(
                    Errno.EINVAL,
                    "bpf_percpu_obj_new type ID argument must not contain special fields");
        }
    }

    private static boolean isOfNumbers(BtfSpec types, BtfType.Struct struct, int depth) {
        if (depth > 4) {
            return false;
        }
        for (BtfType.Member member : struct.members()) {
            BtfType type = types.resolved(member.typeId());
            if (type instanceof BtfType.Array array) {
                type = types.resolved(array.element());
            }
            boolean fine =
                    type instanceof BtfType.Struct inner
                            ? isOfNumbers(types, inner, depth + 1)
                            : type instanceof BtfType.Int || type instanceof BtfType.Enumeration;
            if (!fine) {
                return false;
            }
        }
        return true;
    }
}
