package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.MapSpec.SpecialField;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Pointers to objects that map values and objects hold.
///
/// Kernel: `check_map_kptr_access`, `process_kptr_func`, `map_kptr_match_type`.
final class KptrCheck {
    /// Kernel types whose objects stay for a grace period (`rcu_protected_types`).
    private static final Set<String> RCU_PROTECTED =
            Set.of("prog_test_ref_kfunc", "cgroup", "bpf_cpumask", "task_struct", "bpf_crypto_ctx");

    private final Verification v;

    KptrCheck(Verification v) {
        this.v = v;
    }

    /// What a field points to.
    record Pointee(BtfSpec btf, int type, boolean kernel) {}

    static boolean isKptr(SpecialField field) {
        return switch (field.kind()) {
            case "kptr", "kptr_untrusted", "percpu_kptr", "uptr" -> true;
            default -> false;
        };
    }

    private static boolean isReferenced(SpecialField field) {
        return field.kind().equals("kptr") || field.kind().equals("percpu_kptr");
    }

    /// The type behind a field: the kernel's of that name, else the program's own.
    Pointee pointee(SpecialField field, @Nullable BtfSpec types) {
        if (types == null || field.typeId() == 0) {
            throw v.reject(Errno.EINVAL, "kptr at off=%d has no type", field.offset());
        }
        if (types.type(field.typeId()) instanceof BtfType.Struct struct) {
            BtfSpec kernel = v.kernel.orNull();
            int id = kernel == null ? 0 : kernel.idOf(BtfType.Struct.class, struct.name());
            if (kernel != null && id != 0) {
                return new Pointee(kernel, id, true);
            }
        } else if (types.type(field.typeId()) instanceof BtfType.Forward forward) {
            return new Pointee(v.kernel.all(), v.kernel.struct(forward.name()), true);
        }
        return new Pointee(types, field.typeId(), false);
    }

    /// The field that a load or store of a map's value touches, or null for none that is a pointer.
    @Nullable SpecialField at(RegState reg, int off, int size) {
        for (SpecialField field : MemoryCheck.mapOf(reg).spec().fields()) {
            if (isKptr(field)
                    && reg.smin + off < field.offset() + field.size()
                    && Long.compareUnsigned(field.offset(), reg.umax + off + size) < 0) {
                return field;
            }
        }
        return null;
    }

    /// A load or store of such a field.
    void access(
            RegState reg,
            SpecialField field,
            int off,
            int size,
            boolean write,
            int value,
            Insn insn) {
        if (size != Long.BYTES) {
            throw v.reject(Errno.EACCES, "kptr access size must be BPF_DW");
        }
        if (!reg.var.isConst()) {
            throw v.reject(Errno.EACCES, "kptr access cannot have variable offset");
        }
        if (off + reg.var.value() != field.offset()) {
            throw v.reject(
                    Errno.EACCES,
                    "kptr access misaligned expected=%d off=%d",
                    field.offset(),
                    off + reg.var.value());
        }
        boolean plain = (insn.opcode() & 0xe0) == Opcode.MEM;
        if (!plain) {
            throw v.reject(
                    Errno.EACCES,
                    "kptr in map can only be accessed using BPF_MEM instruction mode");
        }
        if (write) {
            store(field, off, value, insn, MemoryCheck.mapOf(reg).spec().btf());
        } else if (value >= 0) {
            load(v.reg(value), field, MemoryCheck.mapOf(reg).spec().btf());
        }
    }

    private void store(SpecialField field, int off, int value, Insn insn, @Nullable BtfSpec types) {
        if (isReferenced(field)) {
            throw v.reject(Errno.EACCES, "store to referenced kptr disallowed");
        }
        if (field.kind().equals("uptr")) {
            throw v.reject(Errno.EACCES, "store to uptr disallowed");
        }
        if (insn.opClass() == Opcode.ST) {
            if (insn.imm() != 0) {
                throw v.reject(
                        Errno.EACCES, "BPF_ST imm must be 0 when storing to kptr at off=%d", off);
            }
            return;
        }
        if (!v.reg(value).isNull()) {
            match(field, v.reg(value), value, types);
        }
    }

    private void load(RegState target, SpecialField field, @Nullable BtfSpec types) {
        if (field.kind().equals("uptr")) {
            target.markPointer(RegType.MEM, RegType.MAYBE_NULL);
            target.memSize = types == null ? 0 : types.sizeOf(field.typeId());
            target.id = v.newId();
            return;
        }
        Pointee pointee = pointee(field, types);
        int flags = RegType.UNTRUSTED;
        if (field.kind().equals("percpu_kptr")) {
            flags = RegType.PERCPU | RegType.RCU;
        } else if (field.kind().equals("kptr") && isRcuProtected(pointee)) {
            flags = RegType.RCU | (pointee.kernel() ? 0 : RegType.ALLOC);
        }
        ObjectTypes.markObject(target, flags | RegType.MAYBE_NULL, pointee.btf(), pointee.type());
        target.id = v.newId();
    }

    private static boolean isRcuProtected(Pointee pointee) {
        return !pointee.kernel()
                || RCU_PROTECTED.contains(ObjectTypes.name(pointee.btf(), pointee.type()));
    }

    /// Demands that what a register holds may be stored in a field.
    void match(SpecialField field, RegState reg, int number, @Nullable BtfSpec types) {
        Pointee pointee = pointee(field, types);
        if (!reg.is(RegType.BTF_ID)
                || (reg.flags & ~allowedFlags(field, reg)) != 0
                || reg.off < 0
                || !reg.var.isConst(0)
                || !StructWalk.matches(
                        v,
                        reg.btf,
                        reg.btfId,
                        reg.off,
                        pointee.btf(),
                        pointee.type(),
                        isReferenced(field))) {
            throw v.reject(
                    Errno.EACCES,
                    "invalid kptr access, R%d type=%s%s expected=ptr_%s",
                    number,
                    reg.typeText(),
                    reg.btf == null ? "" : ObjectTypes.name(reg.btf, reg.btfId),
                    ObjectTypes.name(pointee.btf(), pointee.type()));
        }
    }

    private int allowedFlags(SpecialField field, RegState reg) {
        if (!v.kernel.is(reg.btf)) {
            int percpu = field.kind().equals("percpu_kptr") ? RegType.PERCPU : 0;
            return RegType.MAYBE_NULL | RegType.ALLOC | percpu;
        }
        int untrusted = isReferenced(field) ? 0 : RegType.UNTRUSTED;
        return RegType.MAYBE_NULL | RegType.TRUSTED | RegType.RCU | untrusted;
    }

    /// The referenced field that the first argument of `bpf_kptr_xchg` points to.
    SpecialField exchanged(int number, RegState reg) {
        if (!reg.var.isConst()) {
            throw v.reject(
                    Errno.EINVAL,
                    "R%d doesn't have constant offset. kptr has to be at the constant offset",
                    number);
        }
        long off = reg.off + reg.var.value();
        for (SpecialField field : v.objects.fields(reg)) {
            if (isKptr(field) && field.offset() == off) {
                if (!isReferenced(field)) {
                    throw v.reject(Errno.EACCES, "off=%d kptr isn't referenced kptr", off);
                }
                return field;
            }
        }
        throw v.reject(Errno.EACCES, "off=%d doesn't point to kptr", off);
    }
}
