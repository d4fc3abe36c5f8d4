package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode.Kind;

/// Conditional jumps.
final class JumpEmitter {
    private final FunctionCode code;
    private final CodeBuilder out;

    JumpEmitter(FunctionCode code) {
        this.code = code;
        this.out = code.out();
    }

    /// Jumps to `taken` when the condition holds, else runs on; false when there is no such jump.
    boolean emit(Insn insn, Label taken) {
        java.lang.classfile.Opcode when = condition(insn.opcode() & 0xf0);
        if (when == null || when.kind() != Kind.BRANCH) {
            return false;
        }
        boolean takesRegister = (insn.opcode() & Opcode.X) != 0;
        boolean unsigned = isUnsigned(insn.opcode() & 0xf0);
        if (insn.opClass() == Opcode.JMP32) {
            compare32(insn, takesRegister, unsigned);
        } else {
            compare64(insn, takesRegister, unsigned);
        }
        out.branch(when, taken);
        return true;
    }

    private static java.lang.classfile.@org.jspecify.annotations.Nullable Opcode condition(int op) {
        return switch (op) {
            case Opcode.JEQ -> java.lang.classfile.Opcode.IFEQ;
            case Opcode.JNE, Opcode.JSET -> java.lang.classfile.Opcode.IFNE;
            case Opcode.JGT, Opcode.JSGT -> java.lang.classfile.Opcode.IFGT;
            case Opcode.JGE, Opcode.JSGE -> java.lang.classfile.Opcode.IFGE;
            case Opcode.JLT, Opcode.JSLT -> java.lang.classfile.Opcode.IFLT;
            case Opcode.JLE, Opcode.JSLE -> java.lang.classfile.Opcode.IFLE;
            default -> null;
        };
    }

    private static boolean isUnsigned(int op) {
        return op == Opcode.JGT || op == Opcode.JGE || op == Opcode.JLT || op == Opcode.JLE;
    }

    private void compare64(Insn insn, boolean takesRegister, boolean unsigned) {
        code.load(insn.dst());
        if (takesRegister) {
            code.load(insn.src());
        } else {
            code.push(insn.imm());
        }
        if ((insn.opcode() & 0xf0) == Opcode.JSET) {
            out.land().lconst_0().lcmp();
        } else if (unsigned) {
            out.invokestatic(Names.LONG, "compareUnsigned", Names.COMPARE);
        } else {
            out.lcmp();
        }
    }

    /// Leaves an int that compares with 0 as the operands compare.
    private void compare32(Insn insn, boolean takesRegister, boolean unsigned) {
        code.loadInt(insn.dst());
        if (takesRegister) {
            code.loadInt(insn.src());
        } else {
            code.pushInt(insn.imm());
        }
        switch (insn.opcode() & 0xf0) {
            case Opcode.JSET -> out.iand();
            case Opcode.JEQ, Opcode.JNE -> out.ixor();
            default ->
                    out.invokestatic(
                            Names.INTEGER,
                            unsigned ? "compareUnsigned" : "compare",
                            Names.COMPARE_INT);
        }
    }
}
