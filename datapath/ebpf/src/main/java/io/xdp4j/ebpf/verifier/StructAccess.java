package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.map.MapSpec.SpecialField;
import java.util.Map;

/// Loads and stores through pointers to objects by BTF.
///
/// Kernel objects may be read only; objects of the program's own types written too, but for the
/// fields that the kernel manages. How far a pointer read from a kernel object can be trusted
/// depends on the field: the lists are the kernel's.
///
/// Kernel: `check_ptr_to_btf_access`.
final class StructAccess {
    /// What a pointer read in a trusted object is worth.
    private enum Worth {
        RCU,
        RCU_OR_NULL,
        TRUSTED,
        TRUSTED_OR_NULL
    }

    private static final Map<String, Worth> SAFE =
            Map.ofEntries(
                    Map.entry("task_struct.cpus_ptr", Worth.RCU),
                    Map.entry("task_struct.cgroups", Worth.RCU),
                    Map.entry("task_struct.real_parent", Worth.RCU),
                    Map.entry("task_struct.group_leader", Worth.RCU),
                    Map.entry("cgroup.kn", Worth.RCU),
                    Map.entry("css_set.dfl_cgrp", Worth.RCU),
                    Map.entry("cgroup_subsys_state.cgroup", Worth.RCU),
                    Map.entry("mm_struct.exe_file", Worth.RCU_OR_NULL),
                    Map.entry("sk_buff.sk", Worth.RCU_OR_NULL),
                    Map.entry("request_sock.sk", Worth.RCU_OR_NULL),
                    Map.entry("bpf_iter_meta.seq", Worth.TRUSTED),
                    Map.entry("bpf_iter__task.meta", Worth.TRUSTED),
                    Map.entry("bpf_iter__task.task", Worth.TRUSTED),
                    Map.entry("linux_binprm.file", Worth.TRUSTED),
                    Map.entry("file.f_inode", Worth.TRUSTED),
                    Map.entry("socket.sk", Worth.TRUSTED_OR_NULL),
                    Map.entry("dentry.d_inode", Worth.TRUSTED_OR_NULL),
                    Map.entry("vm_area_struct.vm_mm", Worth.TRUSTED_OR_NULL),
                    Map.entry("vm_area_struct.vm_file", Worth.TRUSTED_OR_NULL));

    private final Verification v;

    StructAccess(Verification v) {
        this.v = v;
    }

    void access(RegState reg, int number, int off, int size, boolean write, int value) {
        BtfSpec btf = reg.btf;
        if (btf == null || reg.mayBeNull()) {
            throw v.reject(Errno.EACCES, "R%d invalid mem access '%s'", number, reg.typeText());
        }
        if (!v.privilege.mayLeak()) {
            throw v.reject(
                    Errno.EPERM,
                    "'struct %s' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN",
                    ObjectTypes.name(btf, reg.btfId));
        }
        if (v.kernel.is(btf) && !v.program.isGplCompatible()) {
            throw v.reject(
                    Errno.EINVAL,
                    "Cannot access kernel 'struct %s' from non-GPL compatible program",
                    ObjectTypes.name(btf, reg.btfId));
        }
        checkOffset(reg, number, off, btf);
        v.facts.readsKernelMemory |= reg.has(RegType.UNTRUSTED);
        if (write && !isOwn(reg)) {
            throw v.reject(Errno.EACCES, "only read is supported");
        }
        if (reg.has(RegType.ALLOC)) {
            checkFields(reg, btf, off, size);
        }
        StructWalk.Found found = new StructWalk(v, btf).access(reg.btfId, off, size);
        if (!write && value >= 0) {
            load(v.reg(value), reg, btf, found);
        }
    }

    /// True for an object that the program may change.
    private static boolean isOwn(RegState reg) {
        return reg.has(RegType.ALLOC) && !reg.has(RegType.UNTRUSTED | RegType.PERCPU);
    }

    private void checkOffset(RegState reg, int number, int off, BtfSpec btf) {
        String name = ObjectTypes.name(btf, reg.btfId);
        if (off < 0) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d is ptr_%s invalid negative access: off=%d",
                    number,
                    name,
                    off);
        }
        if (!reg.var.isConst(0)) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d is ptr_%s invalid variable offset: off=%d, var_off=%s",
                    number,
                    name,
                    off,
                    reg.var);
        }
        if (reg.has(RegType.PERCPU)) {
            throw v.reject(
                    Errno.EACCES, "R%d is ptr_%s access percpu memory: off=%d", number, name, off);
        }
    }

    private void checkFields(RegState reg, BtfSpec btf, int off, int size) {
        for (SpecialField field : v.objects.fields(btf, reg.btfId)) {
            if (off < field.offset() + field.size() && field.offset() < off + size) {
                throw v.reject(Errno.EACCES, "direct access to %s is disallowed", field.kind());
            }
        }
    }

    private void load(RegState target, RegState from, BtfSpec btf, StructWalk.Found found) {
        if (!found.isPointer() || from.has(RegType.ALLOC)) {
            target.markUnknown();
            return;
        }
        int flags = flags(from, found);
        ObjectTypes.markObject(target, flags, btf, found.pointee());
        if (target.mayBeNull()) {
            target.id = v.newId();
        }
    }

    private static int flags(RegState from, StructWalk.Found found) {
        if (from.has(RegType.UNTRUSTED) || found.inUnion()) {
            return RegType.UNTRUSTED;
        }
        boolean trusted = from.refObjId != 0 || from.has(RegType.TRUSTED);
        if (!trusted && !from.has(RegType.RCU)) {
            return 0;
        }
        Worth worth = SAFE.get(found.owner() + "." + found.field());
        if (worth == null) {
            return switch (found.tags()) {
                case "rcu" -> RegType.RCU | RegType.MAYBE_NULL;
                case "percpu" -> RegType.PERCPU;
                default -> 0;
            };
        }
        return switch (worth) {
            case RCU -> RegType.RCU;
            case RCU_OR_NULL -> RegType.RCU | RegType.MAYBE_NULL;
            case TRUSTED -> RegType.TRUSTED;
            case TRUSTED_OR_NULL -> RegType.TRUSTED | RegType.MAYBE_NULL;
        };
    }
}
