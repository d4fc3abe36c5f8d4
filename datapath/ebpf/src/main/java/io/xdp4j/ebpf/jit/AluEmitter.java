package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.lang.classfile.CodeBuilder;

/// Arithmetic of both widths, moves and byte swaps.
///
/// Registers are 64-bit locals; a 32-bit operation works on ints and stores with a zero upper half. So
/// does a 64-bit operation whose upper half matters to nobody.
final class AluEmitter {
    private final FunctionCode code;
    private final CodeBuilder out;
    private final NeededBits neededBits;
    private boolean upperMatters;

    AluEmitter(FunctionCode code, NeededBits neededBits) {
        this.code = code;
        this.out = code.out();
        this.neededBits = neededBits;
    }

    /// False when there is no such instruction.
    boolean emit(Insn[] insns, int at, Block block) {
        Insn insn = insns[at];
        boolean narrow = neededBits.isNarrow(at);
        boolean wide = insn.opClass() == Opcode.ALU64 && !narrow;
        int op = insn.opcode() & 0xf0;
        if (narrow && op == Opcode.ARSH) {
            op = Opcode.RSH; // of a 64-bit value that is not negative
        }
        upperMatters = neededBits.upperMatters(at);
        return switch (op) {
            case Opcode.MOV -> wide ? move(insn) : move32(insn);
            case Opcode.NEG -> negate(insn, wide && upperMatters);
            case Opcode.END -> swap(insn, wide);
            case Opcode.DIV, Opcode.MOD -> divide(insn, wide);
            case Opcode.LSH, Opcode.RSH, Opcode.ARSH -> {
                if (wide && at > block.start() && isExtension(insns[at - 1], insn)) {
                    extend(insn, op);
                    yield true;
                }
                yield shift(insn, op, wide);
            }
            case Opcode.ADD, Opcode.SUB, Opcode.MUL, Opcode.AND, Opcode.OR, Opcode.XOR ->
                    binary(insn, op, wide);
            default -> false;
        };
    }

    private static boolean takesRegister(Insn insn) {
        return (insn.opcode() & Opcode.X) != 0;
    }

    // ---- moves

    private boolean move(Insn insn) {
        if (!takesRegister(insn)) {
            code.push(insn.imm());
        } else {
            code.load(insn.src());
            if (!signExtend(insn.off())) {
                return pop();
            }
        }
        code.store(insn.dst());
        return true;
    }

    private boolean pop() {
        out.pop2();
        return false;
    }

    /// Sign-extends the long on the stack from `bits`, 0 for none.
    private boolean signExtend(int bits) {
        switch (bits) {
            case 0 -> {}
            case 8 -> out.l2i().i2b().i2l();
            case 16 -> out.l2i().i2s().i2l();
            case 32 -> out.l2i().i2l();
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean move32(Insn insn) {
        if (!takesRegister(insn)) {
            code.push(insn.imm() & FunctionCode.LOW);
            code.store(insn.dst());
            return true;
        }
        code.load(insn.src());
        if (insn.off() == 32 || !signExtend(insn.off())) {
            return pop();
        }
        if (upperMatters) {
            code.maskLow();
        }
        code.store(insn.dst());
        return true;
    }

    // ---- one and two operands

    private boolean negate(Insn insn, boolean wide) {
        if (wide) {
            code.load(insn.dst());
            out.lneg();
            code.store(insn.dst());
        } else {
            code.loadInt(insn.dst());
            out.ineg();
            code.storeInt(insn.dst(), upperMatters);
        }
        return true;
    }

    private boolean binary(Insn insn, int op, boolean wide) {
        if (wide && upperMatters) {
            code.load(insn.dst());
            pushOperand(insn);
            binary64(op);
            code.store(insn.dst());
        } else if (!wide && !takesRegister(insn) && op == Opcode.AND) {
            code.load(insn.dst());
            code.push(insn.imm() & FunctionCode.LOW);
            out.land();
            code.store(insn.dst());
        } else {
            code.loadInt(insn.dst());
            pushOperandInt(insn);
            binary32(op);
            code.storeInt(insn.dst(), upperMatters);
        }
        return true;
    }

    private void pushOperand(Insn insn) {
        if (takesRegister(insn)) {
            code.load(insn.src());
        } else {
            code.push(insn.imm());
        }
    }

    private void pushOperandInt(Insn insn) {
        if (takesRegister(insn)) {
            code.loadInt(insn.src());
        } else {
            code.pushInt(insn.imm());
        }
    }

    private void binary64(int op) {
        switch (op) {
            case Opcode.ADD -> out.ladd();
            case Opcode.SUB -> out.lsub();
            case Opcode.MUL -> out.lmul();
            case Opcode.AND -> out.land();
            case Opcode.OR -> out.lor();
            default -> out.lxor();
        }
    }

    private void binary32(int op) {
        switch (op) {
            case Opcode.ADD -> out.iadd();
            case Opcode.SUB -> out.isub();
            case Opcode.MUL -> out.imul();
            case Opcode.AND -> out.iand();
            case Opcode.OR -> out.ior();
            default -> out.ixor();
        }
    }

    private boolean shift(Insn insn, int op, boolean wide) {
        boolean isSmall = !takesRegister(insn) && insn.imm() < 32;
        if (wide && (upperMatters || op != Opcode.LSH || !isSmall)) {
            code.load(insn.dst());
            pushOperandInt(insn);
            switch (op) {
                case Opcode.LSH -> out.lshl();
                case Opcode.RSH -> out.lushr();
                default -> out.lshr();
            }
            code.store(insn.dst());
            return true;
        }
        code.loadInt(insn.dst());
        pushOperandInt(insn);
        switch (op) {
            case Opcode.LSH -> out.ishl();
            case Opcode.RSH -> out.iushr();
            default -> out.ishr();
        }
        code.storeInt(insn.dst(), upperMatters);
        return true;
    }

    /// True for the second of `r <<= 32; r >>= n` with n of 32 or more: the lower half of r, extended,
    /// then shifted by the rest.
    private static boolean isExtension(Insn before, Insn insn) {
        return before.opcode() == (Opcode.ALU64 | Opcode.LSH)
                && before.dst() == insn.dst()
                && before.imm() == 32
                && (insn.opcode() & 0xf0) != Opcode.LSH
                && !takesRegister(insn)
                && insn.imm() >= 32
                && insn.imm() < 64;
    }

    private void extend(Insn insn, int op) {
        code.load(insn.dst());
        code.pushInt(32);
        out.lushr().l2i();
        if (insn.imm() > 32) {
            code.pushInt(insn.imm() - 32);
            if (op == Opcode.RSH) {
                out.iushr();
            } else {
                out.ishr();
            }
        }
        code.storeInt(insn.dst(), op == Opcode.RSH && insn.imm() == 32 && upperMatters);
    }

    // ---- byte order

    private boolean swap(Insn insn, boolean wide) {
        int bits = insn.imm();
        boolean swaps = wide || takesRegister(insn);
        if ((bits != 16 && bits != 32 && bits != 64) || (wide && takesRegister(insn))) {
            return false;
        }
        if (bits == 64 && !swaps) {
            return true;
        }
        code.load(insn.dst());
        if (!swaps) {
            code.push(bits == 16 ? 0xffffL : FunctionCode.LOW);
            out.land();
        } else if (bits == 64) {
            out.invokestatic(Names.LONG, "reverseBytes", Names.UNARY);
        } else {
            code.arithmetic(bits == 16 ? "swap16" : "swap32", Names.UNARY);
        }
        code.store(insn.dst());
        return true;
    }

    // ---- division

    private boolean divide(Insn insn, boolean wide) {
        boolean signed = insn.off() == 1;
        boolean modulo = (insn.opcode() & 0xf0) == Opcode.MOD;
        if (insn.off() != 0 && !signed) {
            return false;
        }
        if (!signed && !takesRegister(insn) && insn.imm() != 0) {
            divideByConstant(insn, modulo, wide);
            return true;
        }
        code.load(insn.dst());
        pushOperand(insn);
        String name = (signed ? "s" : "") + (modulo ? "mod" : "div") + (wide ? "" : "32");
        code.arithmetic(name, Names.BINARY);
        code.store(insn.dst());
        return true;
    }

    private void divideByConstant(Insn insn, boolean modulo, boolean wide) {
        long divisor = wide ? insn.imm() : insn.imm() & FunctionCode.LOW;
        code.load(insn.dst());
        if (!wide) {
            code.maskLow();
        }
        if (Long.bitCount(divisor) == 1) {
            if (modulo) {
                code.push(divisor - 1);
                out.land();
            } else {
                code.pushInt(Long.numberOfTrailingZeros(divisor));
                out.lushr();
            }
        } else {
            code.push(divisor);
            if (!wide) {
                if (modulo) {
                    out.lrem();
                } else {
                    out.ldiv();
                }
            } else if (divisor > 0) {
                code.arithmetic(modulo ? "modByConstant" : "divByConstant", Names.BINARY);
            } else {
                code.arithmetic(modulo ? "mod" : "div", Names.BINARY);
            }
        }
        code.store(insn.dst());
    }
}
