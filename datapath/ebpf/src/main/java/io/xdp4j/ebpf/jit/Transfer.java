package io.xdp4j.ebpf.jit;

import static io.xdp4j.ebpf.jit.AbstractState.ANY;
import static io.xdp4j.ebpf.jit.AbstractState.ANY32;
import static io.xdp4j.ebpf.jit.AbstractState.CONST;
import static io.xdp4j.ebpf.jit.AbstractState.CTX;
import static io.xdp4j.ebpf.jit.AbstractState.FRAME;
import static io.xdp4j.ebpf.jit.AbstractState.FUNC;
import static io.xdp4j.ebpf.jit.AbstractState.MAP;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.verifier.ProgramFacts.Access;
import org.jspecify.annotations.Nullable;

/// What each instruction does to an [AbstractState].
final class Transfer {
    private static final long LOW = 0xffff_ffffL;

    private final Insn[] code;
    private final CallTransfer calls;
    private boolean contextInMemory;
    private boolean changed;

    Transfer(LinkedProgram program, Insn[] code, ValueAnalysis analysis) {
        this.code = code;
        this.calls = new CallTransfer(program, code, analysis, this);
    }

    void clearChanged() {
        changed = false;
    }

    /// True when something learnt may change what earlier steps concluded.
    boolean hasChanged() {
        return changed;
    }

    void noteChanged() {
        changed = true;
    }

    /// A context pointer may lie in memory that is read by other ways than fixed stack offsets.
    void noteContextInMemory() {
        if (!contextInMemory) {
            contextInMemory = true;
            changed = true;
        }
    }

    void apply(
            int at,
            AbstractState state,
            ValueAnalysis.FunctionState function,
            @Nullable InsnFacts into) {
        Insn insn = code[at];
        if (insn.dst() > Opcode.FP || insn.src() > Opcode.FP) {
            return;
        }
        if (into != null) {
            into.reach(at, state.isLow(insn.dst()), state.isLow(insn.src()));
        }
        switch (insn.opClass()) {
            case Opcode.ALU -> alu32(insn, state);
            case Opcode.ALU64 -> alu64(insn, state);
            case Opcode.LD -> loadImmediate(at, insn, state);
            case Opcode.LDX -> load(at, insn, state, function, into);
            case Opcode.ST, Opcode.STX -> store(at, insn, state, function, into);
            default -> {
                int op = insn.opcode() & 0xf0;
                if (op == Opcode.CALL) {
                    calls.apply(at, state, function, into);
                } else if (op == Opcode.EXIT) {
                    calls.exit(state);
                }
            }
        }
    }

    // ---- arithmetic

    private static void alu64(Insn insn, AbstractState state) {
        int dst = insn.dst();
        boolean register = (insn.opcode() & Opcode.X) != 0;
        int op = insn.opcode() & 0xf0;
        if (op == Opcode.MOV && insn.off() == 0) {
            if (register) {
                state.assign(dst, insn.src());
            } else {
                state.set(dst, CONST, insn.imm());
            }
            return;
        }
        if (op == Opcode.ADD || op == Opcode.SUB) {
            addOrSubtract(insn, state, op == Opcode.ADD, register);
            return;
        }
        int flags = op == Opcode.MOV ? 0 : state.flags(dst);
        if (op == Opcode.END) {
            state.setAny(dst, flags);
            return;
        }
        flags |= register ? state.flags(insn.src()) : 0;
        Long folded = null;
        if (state.isConst(dst) && (!register || state.isConst(insn.src()))) {
            long operand = register ? state.number(insn.src()) : insn.imm();
            folded = fold(op, state.number(dst), operand);
        }
        if (folded != null) {
            state.set(dst, CONST, folded);
        } else if ((op == Opcode.AND && (isLowOperand(insn, state, register) || state.isLow(dst)))
                || (op == Opcode.RSH && ((!register && insn.imm() >= 32) || state.isLow(dst)))) {
            state.set(dst, ANY32, 0);
        } else if ((op == Opcode.OR || op == Opcode.XOR)
                && isLowOperand(insn, state, register)
                && state.isLow(dst)) {
            state.set(dst, ANY32, 0);
        } else {
            state.setAny(dst, flags);
        }
    }

    private static boolean isLowOperand(Insn insn, AbstractState state, boolean register) {
        return register ? state.isLow(insn.src()) : insn.imm() >= 0;
    }

    private static @Nullable Long fold(int op, long left, long right) {
        return switch (op) {
            case Opcode.AND -> left & right;
            case Opcode.OR -> left | right;
            case Opcode.XOR -> left ^ right;
            case Opcode.MUL -> left * right;
            case Opcode.LSH -> left << right;
            case Opcode.RSH -> left >>> right;
            case Opcode.ARSH -> left >> right;
            default -> null;
        };
    }

    private static void addOrSubtract(
            Insn insn, AbstractState state, boolean adds, boolean register) {
        int dst = insn.dst();
        byte kind = state.kind(dst);
        boolean constant = !register || state.isConst(insn.src());
        if (constant && (kind == CONST || kind == CTX || kind == FRAME)) {
            long operand = register ? state.number(insn.src()) : insn.imm();
            state.set(dst, kind, state.number(dst) + (adds ? operand : -operand));
            return;
        }
        if (adds && register && kind == CONST) {
            byte other = state.kind(insn.src());
            if (other == CTX || other == FRAME) {
                state.set(dst, other, state.number(insn.src()) + state.number(dst));
                return;
            }
        }
        state.setAny(dst, state.flags(dst) | (register ? state.flags(insn.src()) : 0));
    }

    private static void alu32(Insn insn, AbstractState state) {
        int dst = insn.dst();
        boolean register = (insn.opcode() & Opcode.X) != 0;
        int op = insn.opcode() & 0xf0;
        if (op == Opcode.END) {
            if (insn.imm() == 64) {
                state.setAny(dst, 0);
            } else {
                state.set(dst, ANY32, 0);
            }
            return;
        }
        boolean constant = !register || state.isConst(insn.src());
        if (op == Opcode.MOV && constant && insn.off() == 0) {
            state.set(dst, CONST, (register ? state.number(insn.src()) : insn.imm()) & LOW);
            return;
        }
        state.set(dst, ANY32, 0);
    }

    // ---- memory

    private void loadImmediate(int at, Insn insn, AbstractState state) {
        if (!insn.isLoadImm64() || at + 1 >= code.length) {
            state.setAny(0, 0);
            return;
        }
        switch (insn.src()) {
            case 0 -> state.set(insn.dst(), CONST, insn.imm64(code[at + 1]));
            case Opcode.PSEUDO_MAP_FD, Opcode.PSEUDO_MAP_IDX ->
                    state.set(insn.dst(), MAP, insn.imm());
            case Opcode.PSEUDO_FUNC -> {
                state.set(insn.dst(), FUNC, at + 1L + insn.imm());
                calls.enterCallback(at + 1 + insn.imm());
            }
            default -> state.setAny(insn.dst(), 0);
        }
    }

    static int size(Insn insn) {
        return switch (insn.opcode() & 0x18) {
            case Opcode.W -> 4;
            case Opcode.H -> 2;
            case Opcode.B -> 1;
            default -> 8;
        };
    }

    private void load(
            int at,
            Insn insn,
            AbstractState state,
            ValueAnalysis.FunctionState function,
            @Nullable InsnFacts into) {
        boolean onStack = access(at, insn, insn.src(), state, function, into);
        int size = size(insn);
        boolean signed = (insn.opcode() & 0xe0) == Opcode.MEMSX;
        if (onStack && !signed) {
            state.loadStack(insn.dst(), state.number(insn.src()) + insn.off(), size);
        } else if ((state.flags(insn.src()) & AbstractState.MAY_BE_CTX) != 0
                || size == 8
                || signed) {
            boolean pointer = size == 8 && contextInMemory && state.kind(insn.src()) != CTX;
            state.setAny(insn.dst(), pointer ? AbstractState.MAY_BE_CTX : 0);
        } else {
            state.set(insn.dst(), ANY32, 0);
        }
    }

    private void store(
            int at,
            Insn insn,
            AbstractState state,
            ValueAnalysis.FunctionState function,
            @Nullable InsnFacts into) {
        boolean atomic = (insn.opcode() & 0xe0) == Opcode.ATOMIC;
        if (atomic && insn.imm() == Opcode.LOAD_ACQ) {
            loadAcquire(at, insn, state, function, into);
            return;
        }
        boolean onStack = access(at, insn, insn.dst(), state, function, into);
        int size = size(insn);
        boolean isRegister = insn.opClass() == Opcode.STX;
        byte kind = isRegister ? state.kind(insn.src()) : CONST;
        long number = isRegister ? state.number(insn.src()) : insn.imm();
        if (onStack) {
            long offset = state.number(insn.dst()) + insn.off();
            state.storeStack(offset, size, atomic ? ANY : kind, atomic ? 0 : number);
            if (atomic && into != null) {
                function.stack().escape((int) offset, size);
            }
        } else {
            if (size == 8 && isRegister && (state.flags(insn.src()) & 1) != 0) {
                noteContextInMemory();
            }
            if ((state.flags(insn.dst()) & AbstractState.MAY_BE_FRAME) != 0) {
                state.forgetStack(-512, 512);
            }
        }
        if (atomic) {
            afterAtomic(insn, state);
        }
    }

    /// Its address is in the source register, unlike a store's.
    private void loadAcquire(
            int at,
            Insn insn,
            AbstractState state,
            ValueAnalysis.FunctionState function,
            @Nullable InsnFacts into) {
        boolean onStack = access(at, insn, insn.src(), state, function, into);
        if (onStack && into != null) {
            int offset = (int) state.number(insn.src()) + insn.off();
            function.stack().escape(offset, size(insn));
        }
        boolean pointer = size(insn) == 8 && (contextInMemory || onStack);
        state.setAny(insn.dst(), pointer ? AbstractState.MAY_BE_CTX : 0);
    }

    private static void afterAtomic(Insn insn, AbstractState state) {
        if (insn.imm() == Opcode.CMPXCHG) {
            state.setAny(0, 0);
        } else if ((insn.imm() & Opcode.FETCH) != 0) {
            state.setAny(insn.src(), 0);
        }
    }

    /// Notes the access; true when it is at a fixed place on the stack.
    private boolean access(
            int at,
            Insn insn,
            int base,
            AbstractState state,
            ValueAnalysis.FunctionState function,
            @Nullable InsnFacts into) {
        int size = size(insn);
        long offset = state.number(base) + insn.off();
        byte kind = state.kind(base);
        boolean onStack = kind == FRAME && AbstractState.isInFrame(offset, size);
        if (into == null) {
            return onStack;
        }
        if (kind == CTX) {
            into.recordAccess(at, Access.CONTEXT, (int) offset);
        } else if (onStack) {
            into.recordAccess(at, Access.MEMORY, (int) offset);
            function.stack().access((int) offset, size);
        } else {
            if ((state.flags(base) & AbstractState.MAY_BE_CTX) != 0) {
                into.recordAmbiguous(at);
            }
            if ((state.flags(base) & AbstractState.MAY_BE_FRAME) != 0) {
                function.stack().escapeAll();
            }
            into.recordAccess(at, Access.MEMORY, InsnFacts.NO_STACK);
        }
        return onStack;
    }
}
