package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// Which registers may still be read: dead ones do not keep states apart.
///
/// Kernel: `compute_live_registers`.
final class RegisterLiveness {
    private static final int CALLER_SAVED = 0x3f;
    private static final int ARGUMENTS = 0x3e;
    private static final int ALL = 0xffff;

    private final Verification v;
    private final short[] uses;
    private final short[] defines;

    RegisterLiveness(Verification v) {
        this.v = v;
        this.uses = new short[v.insns.length];
        this.defines = new short[v.insns.length];
    }

    /// Fills [InsnFacts#liveRegs].
    void compute(int[] postorder) {
        for (int i = 0; i < v.insns.length; i++) {
            classify(i);
        }
        short[] live = v.facts.liveRegs;
        int[] next = new int[2];
        for (int i = 0; i < live.length; i++) {
            live[i] = uses[i];
        }
        java.util.Arrays.fill(live, (short) 0);
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int at : postorder) {
                int out = 0;
                int successors = ControlFlow.successors(v.insns, at, next);
                for (int i = 0; i < successors; i++) {
                    out |= live[next[i]];
                }
                short in = (short) ((out & ~defines[at]) | uses[at]);
                if (in != live[at]) {
                    live[at] = in;
                    changed = true;
                }
            }
        }
    }

    private void set(int at, int use, int define) {
        uses[at] = (short) use;
        defines[at] = (short) define;
    }

    private void classify(int at) {
        Insn insn = v.insns[at];
        int src = 1 << insn.src();
        int dst = 1 << insn.dst();
        int mode = insn.opcode() & 0xe0;
        switch (insn.opClass()) {
            case Opcode.LD -> set(at, insn.isLoadImm64() ? 0 : ALL, insn.isLoadImm64() ? dst : 0);
            case Opcode.LDX -> set(at, src, dst);
            case Opcode.ST -> set(at, dst, 0);
            case Opcode.STX -> {
                if (mode == Opcode.ATOMIC) {
                    classifyAtomic(at, insn.imm(), src, dst);
                } else {
                    set(at, dst | src, 0);
                }
            }
            case Opcode.ALU, Opcode.ALU64 -> classifyAlu(at, insn, src, dst);
            default -> classifyJump(at, insn, src, dst);
        }
    }

    private void classifyAtomic(int at, int op, int src, int dst) {
        switch (op) {
            case Opcode.CMPXCHG -> set(at, 1 | dst | src, 1);
            case Opcode.LOAD_ACQ -> set(at, src, dst);
            case Opcode.STORE_REL -> set(at, dst | src, 0);
            default -> set(at, dst | src, (op & Opcode.FETCH) != 0 ? src : 0);
        }
    }

    private void classifyAlu(int at, Insn insn, int src, int dst) {
        boolean register = InsnSanity.isRegisterSource(insn);
        switch (InsnSanity.op(insn)) {
            case Opcode.END -> set(at, dst, dst);
            case Opcode.MOV -> set(at, register ? src : 0, dst);
            default -> set(at, register ? dst | src : dst, dst);
        }
    }

    private void classifyJump(int at, Insn insn, int src, int dst) {
        switch (InsnSanity.op(insn)) {
            case Opcode.JA, Opcode.JCOND -> set(at, 0, 0);
            case Opcode.EXIT -> set(at, 1, 0);
            case Opcode.CALL -> set(at, argumentsOf(insn), CALLER_SAVED);
            default -> set(at, InsnSanity.isRegisterSource(insn) ? dst | src : dst, 0);
        }
    }

    private int argumentsOf(Insn insn) {
        int count = -1;
        if (InsnSanity.isHelperCall(insn)) {
            HelperProto proto = v.rules.helper(insn.imm());
            count = proto == null ? -1 : proto.args().size();
        } else if (InsnSanity.isKfuncCall(insn)) {
            KfuncProto kfunc = v.rules.kfunc(v.kfuncName(insn));
            count = kfunc == null ? -1 : kfunc.args().size();
        }
        return count < 0 ? ARGUMENTS : (1 << (count + 1)) - 2;
    }
}
