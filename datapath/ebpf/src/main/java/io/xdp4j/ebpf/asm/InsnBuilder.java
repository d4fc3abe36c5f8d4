package io.xdp4j.ebpf.asm;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Instructions from Java: `program().mov64(R0, 1).jeq(R1, 3, "out").label("out").exit().insns()`.
///
/// Jumps and calls name labels, which may stand before or behind them. Long for a class because it
/// has a short method for each form of arithmetic and jump.
///
/// Thread: one.
/// Fails: [IllegalStateException] for a label twice, missing or out of a jump's reach.
public final class InsnBuilder {
    private final List<Insn> insns = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final List<Reference> references = new ArrayList<>();

    /// A jump to fill in.
    private record Reference(int slot, String label) {}

    private InsnBuilder() {}

    public static InsnBuilder program() {
        return new InsnBuilder();
    }

    /// Any instruction.
    public InsnBuilder insn(int opcode, int dst, int src, int off, int imm) {
        insns.add(new Insn(opcode, dst, src, off, imm));
        return this;
    }

    /// All of those instructions.
    public InsnBuilder insns(List<Insn> more) {
        insns.addAll(more);
        return this;
    }

    /// Names the place of the next instruction.
    public InsnBuilder label(String name) {
        if (labels.put(name, insns.size()) != null) {
            throw new IllegalStateException("label " + name + " is there already");
        }
        return this;
    }

    /// Slots so far.
    public int size() {
        return insns.size();
    }

    /// The program, with its jumps filled in.
    public List<Insn> insns() {
        List<Insn> resolved = new ArrayList<>(insns);
        for (Reference reference : references) {
            Integer to = labels.get(reference.label());
            if (to == null) {
                throw new IllegalStateException("no label " + reference.label());
            }
            Insn insn = insns.get(reference.slot());
            resolved.set(reference.slot(), resolve(insn, to - reference.slot() - 1));
        }
        return List.copyOf(resolved);
    }

    private static Insn resolve(Insn insn, int distance) {
        boolean wide =
                insn.isLoadImm64()
                        || insn.opcode() == (Opcode.JMP32 | Opcode.JA)
                        || insn.opcode() == (Opcode.JMP | Opcode.CALL);
        if (!wide && distance != (short) distance) {
            throw new IllegalStateException("jump of " + distance + " instructions (use gotol)");
        }
        return wide ? insn.withImm(distance) : insn.withOff(distance);
    }

    private InsnBuilder jump(int opcode, int dst, int src, int imm, String label) {
        references.add(new Reference(insns.size(), label));
        return insn(opcode, dst, src, 0, imm);
    }

    private InsnBuilder alu(int opcode, Register dst, Register src, int off) {
        return insn(opcode | Opcode.X, dst.ordinal(), src.ordinal(), off, 0);
    }

    private InsnBuilder alu(int opcode, Register dst, int imm, int off) {
        return insn(opcode, dst.ordinal(), 0, off, imm);
    }

    private InsnBuilder jump(int opcode, Register dst, Register src, String label) {
        return jump(opcode | Opcode.X, dst.ordinal(), src.ordinal(), 0, label);
    }

    private InsnBuilder jump(int opcode, Register dst, int imm, String label) {
        return jump(opcode, dst.ordinal(), 0, imm, label);
    }

    // ---- calls and plain jumps

    public InsnBuilder exit() {
        return insn(Opcode.JMP | Opcode.EXIT, 0, 0, 0, 0);
    }

    public InsnBuilder ja(String label) {
        return jump(Opcode.JMP | Opcode.JA, 0, 0, 0, label);
    }

    public InsnBuilder gotol(String label) {
        return jump(Opcode.JMP32 | Opcode.JA, 0, 0, 0, label);
    }

    public InsnBuilder mayGoto(String label) {
        return jump(Opcode.JMP | Opcode.JCOND, 0, 0, 0, label);
    }

    /// Calls a helper by number.
    public InsnBuilder call(int helper) {
        return insn(Opcode.JMP | Opcode.CALL, 0, Opcode.HELPER_CALL, 0, helper);
    }

    /// Calls a function of the program.
    public InsnBuilder call(String label) {
        return jump(Opcode.JMP | Opcode.CALL, 0, Opcode.PSEUDO_CALL, 0, label);
    }

    /// Calls a kernel function by the number it has in the program.
    public InsnBuilder kfunc(int number) {
        return insn(Opcode.JMP | Opcode.CALL, 0, Opcode.PSEUDO_KFUNC_CALL, 0, number);
    }

    public InsnBuilder callx(Register function) {
        return insn(Opcode.JMP | Opcode.CALL | Opcode.X, function.ordinal(), 0, 0, 0);
    }

    // ---- constants

    private InsnBuilder lddw(Register dst, int source, int low, int high) {
        insn(Opcode.LD_IMM64, dst.ordinal(), source, 0, low);
        return insn(0, 0, 0, 0, high);
    }

    public InsnBuilder lddw(Register dst, long value) {
        return lddw(dst, 0, (int) value, (int) (value >>> 32));
    }

    /// A pointer to the map with that file descriptor.
    public InsnBuilder map(Register dst, int fd) {
        return lddw(dst, Opcode.PSEUDO_MAP_FD, fd, 0);
    }

    /// A pointer into the first value of the map.
    public InsnBuilder mapValue(Register dst, int fd, int offset) {
        return lddw(dst, Opcode.PSEUDO_MAP_VALUE, fd, offset);
    }

    /// A pointer to a function of the program.
    public InsnBuilder function(Register dst, String label) {
        references.add(new Reference(insns.size(), label));
        return lddw(dst, Opcode.PSEUDO_FUNC, 0, 0);
    }

    // ---- memory: size is [Opcode#B], [Opcode#H], [Opcode#W] or [Opcode#DW]

    public InsnBuilder ldx(int size, Register dst, Register base, int off) {
        return insn(Opcode.LDX | Opcode.MEM | size, dst.ordinal(), base.ordinal(), off, 0);
    }

    public InsnBuilder ldxSigned(int size, Register dst, Register base, int off) {
        return insn(Opcode.LDX | Opcode.MEMSX | size, dst.ordinal(), base.ordinal(), off, 0);
    }

    public InsnBuilder stx(int size, Register base, int off, Register value) {
        return insn(Opcode.STX | Opcode.MEM | size, base.ordinal(), value.ordinal(), off, 0);
    }

    public InsnBuilder st(int size, Register base, int off, int value) {
        return insn(Opcode.ST | Opcode.MEM | size, base.ordinal(), 0, off, value);
    }

    /// An atomic update.
    ///
    /// @param operation as in `imm`: [Opcode#ADD], with [Opcode#FETCH], [Opcode#CMPXCHG], ...
    public InsnBuilder atomic(int size, int operation, Register base, int off, Register value) {
        int opcode = Opcode.STX | Opcode.ATOMIC | size;
        return insn(opcode, base.ordinal(), value.ordinal(), off, operation);
    }

    public InsnBuilder loadAcquire(int size, Register dst, Register base, int off) {
        int opcode = Opcode.STX | Opcode.ATOMIC | size;
        return insn(opcode, dst.ordinal(), base.ordinal(), off, Opcode.LOAD_ACQ);
    }

    public InsnBuilder storeRelease(int size, Register base, int off, Register value) {
        return atomic(size, Opcode.STORE_REL, base, off, value);
    }

    // ---- arithmetic

    /// Moves the low bits, sign-extended.
    ///
    /// @param bits 8, 16 or 32
    public InsnBuilder movsx64(Register dst, Register src, int bits) {
        return alu(Opcode.ALU64 | Opcode.MOV, dst, src, bits);
    }

    /// Moves the low bits, sign-extended to 32.
    ///
    /// @param bits 8 or 16
    public InsnBuilder movsx32(Register dst, Register src, int bits) {
        return alu(Opcode.ALU | Opcode.MOV, dst, src, bits);
    }

    public InsnBuilder neg64(Register dst) {
        return alu(Opcode.ALU64 | Opcode.NEG, dst, 0, 0);
    }

    public InsnBuilder neg32(Register dst) {
        return alu(Opcode.ALU | Opcode.NEG, dst, 0, 0);
    }

    public InsnBuilder le(Register dst, int bits) {
        return alu(Opcode.ALU | Opcode.END, dst, bits, 0);
    }

    public InsnBuilder be(Register dst, int bits) {
        return insn(Opcode.ALU | Opcode.END | Opcode.X, dst.ordinal(), 0, 0, bits);
    }

    public InsnBuilder bswap(Register dst, int bits) {
        return alu(Opcode.ALU64 | Opcode.END, dst, bits, 0);
    }

    public InsnBuilder add64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.ADD, dst, src, 0);
    }

    public InsnBuilder add64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.ADD, dst, imm, 0);
    }

    public InsnBuilder add32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.ADD, dst, src, 0);
    }

    public InsnBuilder add32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.ADD, dst, imm, 0);
    }

    public InsnBuilder sub64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.SUB, dst, src, 0);
    }

    public InsnBuilder sub64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.SUB, dst, imm, 0);
    }

    public InsnBuilder sub32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.SUB, dst, src, 0);
    }

    public InsnBuilder sub32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.SUB, dst, imm, 0);
    }

    public InsnBuilder mul64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.MUL, dst, src, 0);
    }

    public InsnBuilder mul64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.MUL, dst, imm, 0);
    }

    public InsnBuilder mul32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.MUL, dst, src, 0);
    }

    public InsnBuilder mul32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.MUL, dst, imm, 0);
    }

    public InsnBuilder div64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.DIV, dst, src, 0);
    }

    public InsnBuilder div64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.DIV, dst, imm, 0);
    }

    public InsnBuilder div32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.DIV, dst, src, 0);
    }

    public InsnBuilder div32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.DIV, dst, imm, 0);
    }

    public InsnBuilder sdiv64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.DIV, dst, src, 1);
    }

    public InsnBuilder sdiv64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.DIV, dst, imm, 1);
    }

    public InsnBuilder sdiv32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.DIV, dst, src, 1);
    }

    public InsnBuilder sdiv32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.DIV, dst, imm, 1);
    }

    public InsnBuilder mod64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.MOD, dst, src, 0);
    }

    public InsnBuilder mod64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.MOD, dst, imm, 0);
    }

    public InsnBuilder mod32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.MOD, dst, src, 0);
    }

    public InsnBuilder mod32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.MOD, dst, imm, 0);
    }

    public InsnBuilder smod64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.MOD, dst, src, 1);
    }

    public InsnBuilder smod64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.MOD, dst, imm, 1);
    }

    public InsnBuilder smod32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.MOD, dst, src, 1);
    }

    public InsnBuilder smod32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.MOD, dst, imm, 1);
    }

    public InsnBuilder or64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.OR, dst, src, 0);
    }

    public InsnBuilder or64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.OR, dst, imm, 0);
    }

    public InsnBuilder or32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.OR, dst, src, 0);
    }

    public InsnBuilder or32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.OR, dst, imm, 0);
    }

    public InsnBuilder and64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.AND, dst, src, 0);
    }

    public InsnBuilder and64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.AND, dst, imm, 0);
    }

    public InsnBuilder and32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.AND, dst, src, 0);
    }

    public InsnBuilder and32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.AND, dst, imm, 0);
    }

    public InsnBuilder xor64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.XOR, dst, src, 0);
    }

    public InsnBuilder xor64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.XOR, dst, imm, 0);
    }

    public InsnBuilder xor32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.XOR, dst, src, 0);
    }

    public InsnBuilder xor32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.XOR, dst, imm, 0);
    }

    public InsnBuilder lsh64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.LSH, dst, src, 0);
    }

    public InsnBuilder lsh64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.LSH, dst, imm, 0);
    }

    public InsnBuilder lsh32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.LSH, dst, src, 0);
    }

    public InsnBuilder lsh32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.LSH, dst, imm, 0);
    }

    public InsnBuilder rsh64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.RSH, dst, src, 0);
    }

    public InsnBuilder rsh64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.RSH, dst, imm, 0);
    }

    public InsnBuilder rsh32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.RSH, dst, src, 0);
    }

    public InsnBuilder rsh32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.RSH, dst, imm, 0);
    }

    public InsnBuilder arsh64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.ARSH, dst, src, 0);
    }

    public InsnBuilder arsh64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.ARSH, dst, imm, 0);
    }

    public InsnBuilder arsh32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.ARSH, dst, src, 0);
    }

    public InsnBuilder arsh32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.ARSH, dst, imm, 0);
    }

    public InsnBuilder mov64(Register dst, Register src) {
        return alu(Opcode.ALU64 | Opcode.MOV, dst, src, 0);
    }

    public InsnBuilder mov64(Register dst, int imm) {
        return alu(Opcode.ALU64 | Opcode.MOV, dst, imm, 0);
    }

    public InsnBuilder mov32(Register dst, Register src) {
        return alu(Opcode.ALU | Opcode.MOV, dst, src, 0);
    }

    public InsnBuilder mov32(Register dst, int imm) {
        return alu(Opcode.ALU | Opcode.MOV, dst, imm, 0);
    }

    // ---- conditional jumps: the names with 32 compare the lower halves

    public InsnBuilder jeq(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JEQ, dst, src, label);
    }

    public InsnBuilder jeq(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JEQ, dst, imm, label);
    }

    public InsnBuilder jeq32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JEQ, dst, src, label);
    }

    public InsnBuilder jeq32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JEQ, dst, imm, label);
    }

    public InsnBuilder jne(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JNE, dst, src, label);
    }

    public InsnBuilder jne(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JNE, dst, imm, label);
    }

    public InsnBuilder jne32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JNE, dst, src, label);
    }

    public InsnBuilder jne32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JNE, dst, imm, label);
    }

    public InsnBuilder jgt(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JGT, dst, src, label);
    }

    public InsnBuilder jgt(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JGT, dst, imm, label);
    }

    public InsnBuilder jgt32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JGT, dst, src, label);
    }

    public InsnBuilder jgt32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JGT, dst, imm, label);
    }

    public InsnBuilder jge(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JGE, dst, src, label);
    }

    public InsnBuilder jge(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JGE, dst, imm, label);
    }

    public InsnBuilder jge32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JGE, dst, src, label);
    }

    public InsnBuilder jge32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JGE, dst, imm, label);
    }

    public InsnBuilder jlt(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JLT, dst, src, label);
    }

    public InsnBuilder jlt(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JLT, dst, imm, label);
    }

    public InsnBuilder jlt32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JLT, dst, src, label);
    }

    public InsnBuilder jlt32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JLT, dst, imm, label);
    }

    public InsnBuilder jle(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JLE, dst, src, label);
    }

    public InsnBuilder jle(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JLE, dst, imm, label);
    }

    public InsnBuilder jle32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JLE, dst, src, label);
    }

    public InsnBuilder jle32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JLE, dst, imm, label);
    }

    public InsnBuilder jset(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JSET, dst, src, label);
    }

    public InsnBuilder jset(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JSET, dst, imm, label);
    }

    public InsnBuilder jset32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JSET, dst, src, label);
    }

    public InsnBuilder jset32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JSET, dst, imm, label);
    }

    public InsnBuilder jsgt(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JSGT, dst, src, label);
    }

    public InsnBuilder jsgt(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JSGT, dst, imm, label);
    }

    public InsnBuilder jsgt32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JSGT, dst, src, label);
    }

    public InsnBuilder jsgt32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JSGT, dst, imm, label);
    }

    public InsnBuilder jsge(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JSGE, dst, src, label);
    }

    public InsnBuilder jsge(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JSGE, dst, imm, label);
    }

    public InsnBuilder jsge32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JSGE, dst, src, label);
    }

    public InsnBuilder jsge32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JSGE, dst, imm, label);
    }

    public InsnBuilder jslt(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JSLT, dst, src, label);
    }

    public InsnBuilder jslt(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JSLT, dst, imm, label);
    }

    public InsnBuilder jslt32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JSLT, dst, src, label);
    }

    public InsnBuilder jslt32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JSLT, dst, imm, label);
    }

    public InsnBuilder jsle(Register dst, Register src, String label) {
        return jump(Opcode.JMP | Opcode.JSLE, dst, src, label);
    }

    public InsnBuilder jsle(Register dst, int imm, String label) {
        return jump(Opcode.JMP | Opcode.JSLE, dst, imm, label);
    }

    public InsnBuilder jsle32(Register dst, Register src, String label) {
        return jump(Opcode.JMP32 | Opcode.JSLE, dst, src, label);
    }

    public InsnBuilder jsle32(Register dst, int imm, String label) {
        return jump(Opcode.JMP32 | Opcode.JSLE, dst, imm, label);
    }
}
