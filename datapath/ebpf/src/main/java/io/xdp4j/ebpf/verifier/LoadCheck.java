package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// 64-bit immediate loads, and the old packet loads `LD_ABS` and `LD_IND`.
///
/// Kernel: `check_ld_imm`, `check_ld_abs`.
final class LoadCheck {
    private static final int CONTEXT = 6;

    private final Verification v;
    private final References references;
    private final MemoryCheck memory;

    LoadCheck(Verification v, References references, MemoryCheck memory) {
        this.v = v;
        this.references = references;
        this.memory = memory;
    }

    /// True for an instruction of two slots.
    boolean check(Insn insn) {
        if (!insn.isLoadImm64()) {
            checkPacketLoad(insn);
            return false;
        }
        if (insn.off() != 0) {
            throw v.reject(Errno.EINVAL, "BPF_LD_IMM64 uses reserved fields");
        }
        v.checkWriteUnknown(insn.dst());
        RegState dst = v.reg(insn.dst());
        Insn second = v.insns[v.insn + 1];
        switch (insn.src()) {
            case 0 -> dst.markConst(insn.imm64(second));
            case Opcode.PSEUDO_FUNC -> loadFunction(insn, dst);
            case Opcode.PSEUDO_MAP_VALUE, Opcode.PSEUDO_MAP_IDX_VALUE -> {
                dst.markPointer(RegType.MAP_VALUE, 0);
                dst.map = v.facts.map[v.insn];
                dst.off = second.imm();
            }
            default -> {
                dst.markPointer(RegType.MAP_PTR, 0);
                dst.map = v.facts.map[v.insn];
            }
        }
        return true;
    }

    private void loadFunction(Insn insn, RegState dst) {
        int subprogram = v.subprograms.startingAt(v.insn + insn.imm() + 1);
        if (v.program.funcInfo().isEmpty()) {
            throw v.reject(Errno.EINVAL, "missing btf func_info");
        }
        BtfType.Func function = GlobalFunctions.function(v.program, subprogram);
        if (function == null || function.linkage() != BtfType.Linkage.STATIC) {
            throw v.reject(Errno.EINVAL, "callback function not static");
        }
        dst.markPointer(RegType.FUNC, 0);
        dst.subprog = subprogram;
    }

    private void checkPacketLoad(Insn insn) {
        if (!v.rules.hasLoadAbs()) {
            throw v.reject(
                    Errno.EINVAL,
                    "BPF_LD_[ABS|IND] instructions not allowed for this program type");
        }
        boolean indirect = (insn.opcode() & 0xe0) == Opcode.IND;
        if (insn.dst() != 0 || insn.off() != 0 || (!indirect && insn.src() != 0)) {
            throw v.reject(Errno.EINVAL, "BPF_LD_[ABS|IND] uses reserved fields");
        }
        v.checkRead(CONTEXT);
        references.checkLeaks(false, true, "BPF_LD_[ABS|IND]");
        RegState context = v.reg(CONTEXT);
        if (!context.isPlain(RegType.CTX)) {
            throw v.reject(Errno.EINVAL, "at the time of BPF_LD_ABS|IND R6 != pointer to skb");
        }
        if (indirect) {
            v.checkRead(insn.src());
        }
        memory.checkUnmodified(context, CONTEXT, false);
        for (int r = 0; r <= 5; r++) {
            v.reg(r).markNotInit();
            v.checkWrite(r);
        }
        v.reg(0).markUnknown();
    }
}
