package io.xdp4j.ebpf.isa;

import io.xdp4j.ebpf.MalformedObjectException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decodes raw bytes and says what is wrong with each instruction by itself and as a jump target.
///
/// What passes here can be predecoded and run by an engine that checks memory: no instruction is
/// unknown, no register and no jump out of range. Whether the program is safe is the verifier's
/// question. `callx` (call by register) passes only where asked for, as the kernel does not know it.
///
/// Kernel: the checks of `resolve_pseudo_ldimm64`, `check_subprogs`, `check_cfg` and `do_check`.
public final class InsnValidator {
    /// Slots of a program that root may load (`BPF_COMPLEXITY_LIMIT_INSNS`).
    public static final int MAX_INSNS = 1_000_000;

    /// What [#targetOf] answers for an instruction that leads nowhere.
    public static final long NO_TARGET = Long.MIN_VALUE;

    private static final String NO_ROOM = "invalid bpf_ld_imm64 insn";

    private final List<Insn> insns;
    private final boolean callx;
    private final List<String> problems = new ArrayList<>();

    private InsnValidator(List<Insn> insns, boolean callx) {
        this.insns = insns;
        this.callx = callx;
    }

    /// The instructions in a little-endian byte string, not validated.
    ///
    /// Fails: [MalformedObjectException] when there are none or the last is cut.
    public static List<Insn> decode(byte[] bytes) {
        if (bytes.length == 0 || bytes.length % Insn.BYTES != 0) {
            throw new MalformedObjectException(
                    "program: " + bytes.length + " bytes (expected: 8 an instruction, at least 1)");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Insn> insns = new ArrayList<>(bytes.length / Insn.BYTES);
        while (in.hasRemaining()) {
            insns.add(Insn.decode(in.getLong()));
        }
        return insns;
    }

    /// Bytes of the instructions, little-endian.
    public static byte[] encode(List<Insn> insns) {
        ByteBuffer out =
                ByteBuffer.allocate(insns.size() * Insn.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Insn insn : insns) {
            out.putLong(insn.encode());
        }
        return out.array();
    }

    /// One line for each malformed instruction, by ascending slot; empty for a sound program.
    public static List<String> problems(List<Insn> insns) {
        return new InsnValidator(insns, false).check();
    }

    /// The same, with `callx` accepted.
    public static List<String> problemsWithCallx(List<Insn> insns) {
        return new InsnValidator(insns, true).check();
    }

    /// The rule that the instruction breaks by itself, in the kernel's words, or null. Jumps and the
    /// second slot of a 64-bit immediate are not looked at.
    public static @Nullable String problem(Insn insn) {
        int mode = insn.opcode() & 0xe0;
        boolean isLoad = insn.opClass() == Opcode.LDX;
        if (isLoad && (insn.imm() != 0 || (mode != Opcode.MEM && mode != Opcode.MEMSX))) {
            return "BPF_LDX uses reserved fields";
        }
        if (!isKnown(insn.opcode())) {
            return "unknown opcode " + hex2(insn.opcode());
        }
        String broken =
                switch (insn.opClass()) {
                    case Opcode.ALU, Opcode.ALU64 -> alu(insn);
                    case Opcode.JMP, Opcode.JMP32 -> jump(insn);
                    case Opcode.LDX -> null;
                    case Opcode.ST -> insn.src() != 0 ? "BPF_ST uses reserved fields" : null;
                    case Opcode.STX -> storeRegister(insn);
                    default -> load(insn);
                };
        return broken == null ? register(insn) : broken;
    }

    private static @Nullable String register(Insn insn) {
        int register = Math.max(insn.dst(), insn.isLoadImm64() || isCall(insn) ? 0 : insn.src());
        if (register > Opcode.FP) {
            return "R" + register + " is invalid";
        }
        return writesFramePointer(insn) ? "frame pointer is read only" : null;
    }

    /// True for an opcode byte that the kernel's instruction table has.
    public static boolean isKnown(int opcode) {
        int operation = opcode & 0xf0;
        int mode = opcode & 0xe0;
        int size = opcode & 0x18;
        boolean fromRegister = (opcode & Opcode.X) != 0;
        return switch (opcode & 7) {
            case Opcode.ALU ->
                    operation <= Opcode.END && (operation != Opcode.NEG || !fromRegister);
            case Opcode.ALU64 ->
                    operation <= Opcode.END
                            && ((operation != Opcode.NEG && operation != Opcode.END)
                                    || !fromRegister);
            case Opcode.JMP ->
                    operation <= Opcode.JCOND && (isConditional(operation) || !fromRegister);
            case Opcode.JMP32 ->
                    (isConditional(operation) && operation < Opcode.JCOND)
                            || opcode == (Opcode.JMP32 | Opcode.JA);
            case Opcode.LDX -> mode == Opcode.MEM || (mode == Opcode.MEMSX && size != Opcode.DW);
            case Opcode.ST -> mode == Opcode.MEM;
            case Opcode.STX -> mode == Opcode.MEM || mode == Opcode.ATOMIC;
            default ->
                    opcode == Opcode.LD_IMM64
                            || ((mode == Opcode.ABS || mode == Opcode.IND) && size != Opcode.DW);
        };
    }

    private static boolean isConditional(int operation) {
        return operation != Opcode.JA
                && operation != Opcode.CALL
                && operation != Opcode.EXIT
                && operation <= Opcode.JSLE;
    }

    private static boolean isCall(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.CALL);
    }

    private static boolean writesFramePointer(Insn insn) {
        if (insn.dst() != Opcode.FP && insn.src() != Opcode.FP) {
            return false;
        }
        return switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64, Opcode.LDX, Opcode.LD -> insn.dst() == Opcode.FP;
            case Opcode.STX -> isFetchInto(insn);
            default -> false;
        };
    }

    private static boolean isFetchInto(Insn insn) {
        if ((insn.opcode() & 0xe0) != Opcode.ATOMIC) {
            return false;
        }
        return insn.imm() == Opcode.LOAD_ACQ
                ? insn.dst() == Opcode.FP
                : (insn.imm() & Opcode.FETCH) != 0
                        && insn.imm() != Opcode.CMPXCHG
                        && insn.src() == Opcode.FP;
    }

    // ---- one instruction

    private static @Nullable String alu(Insn insn) {
        int operation = insn.opcode() & 0xf0;
        boolean fromRegister = (insn.opcode() & Opcode.X) != 0;
        if (operation == Opcode.NEG) {
            return insn.src() != 0 || insn.off() != 0 || insn.imm() != 0
                    ? "BPF_NEG uses reserved fields"
                    : null;
        }
        if (operation == Opcode.END) {
            boolean width = insn.imm() == 16 || insn.imm() == 32 || insn.imm() == 64;
            return insn.src() != 0 || insn.off() != 0 || !width
                    ? "BPF_END uses reserved fields"
                    : null;
        }
        boolean unused = fromRegister ? insn.imm() != 0 : insn.src() != 0;
        if (operation == Opcode.MOV) {
            return unused || !isMoveWidth(insn, fromRegister)
                    ? "BPF_MOV uses reserved fields"
                    : null;
        }
        boolean signed = operation == Opcode.DIV || operation == Opcode.MOD;
        return unused || (insn.off() != 0 && !(signed && insn.off() == 1))
                ? "BPF_ALU uses reserved fields"
                : null;
    }

    private static boolean isMoveWidth(Insn insn, boolean fromRegister) {
        return switch (insn.off()) {
            case 0 -> true;
            case 8, 16 -> fromRegister;
            case 32 -> fromRegister && insn.opClass() == Opcode.ALU64;
            default -> false;
        };
    }

    private static @Nullable String jump(Insn insn) {
        boolean registers = insn.src() != 0 || insn.dst() != 0;
        return switch (insn.opcode() & 0xf0) {
            case Opcode.CALL -> call(insn);
            case Opcode.EXIT ->
                    registers || insn.imm() != 0 ? "BPF_EXIT uses reserved fields" : null;
            case Opcode.JA ->
                    registers || unusedOffset(insn) != 0 ? "BPF_JA uses reserved fields" : null;
            case Opcode.JCOND ->
                    registers || insn.imm() != 0 ? "invalid may_goto imm " + insn.imm() : null;
            default -> conditional(insn);
        };
    }

    /// The field of the two that this kind of plain jump does not use.
    private static int unusedOffset(Insn insn) {
        return insn.opClass() == Opcode.JMP ? insn.imm() : insn.off();
    }

    private static @Nullable String conditional(Insn insn) {
        boolean fromRegister = (insn.opcode() & Opcode.X) != 0;
        boolean unused = fromRegister ? insn.imm() != 0 : insn.src() != 0;
        return unused ? "BPF_JMP/JMP32 uses reserved fields" : null;
    }

    private static @Nullable String call(Insn insn) {
        boolean offset = insn.off() != 0 && insn.src() != Opcode.PSEUDO_KFUNC_CALL;
        return insn.src() > Opcode.PSEUDO_KFUNC_CALL || insn.dst() != 0 || offset
                ? "BPF_CALL uses reserved fields"
                : null;
    }

    private static @Nullable String storeRegister(Insn insn) {
        if ((insn.opcode() & 0xe0) == Opcode.MEM) {
            return insn.imm() != 0 ? "BPF_STX uses reserved fields" : null;
        }
        int size = insn.opcode() & 0x18;
        boolean wide = size == Opcode.W || size == Opcode.DW;
        return switch (insn.imm()) {
            case Opcode.LOAD_ACQ, Opcode.STORE_REL -> null;
            case Opcode.ADD,
                    Opcode.ADD | Opcode.FETCH,
                    Opcode.AND,
                    Opcode.AND | Opcode.FETCH,
                    Opcode.OR,
                    Opcode.OR | Opcode.FETCH,
                    Opcode.XOR,
                    Opcode.XOR | Opcode.FETCH,
                    Opcode.XCHG,
                    Opcode.CMPXCHG ->
                    wide ? null : "invalid atomic operand size";
            default -> "BPF_ATOMIC uses invalid atomic opcode " + hex2(insn.imm());
        };
    }

    private static @Nullable String load(Insn insn) {
        if (insn.isLoadImm64()) {
            return insn.off() != 0 ? "BPF_LD_IMM64 uses reserved fields" : null;
        }
        boolean indirect = (insn.opcode() & 0xe0) == Opcode.IND;
        return insn.dst() != 0 || insn.off() != 0 || (!indirect && insn.src() != 0)
                ? "BPF_LD_[ABS|IND] uses reserved fields"
                : null;
    }

    private static String hex2(int value) {
        return (value >= 0 && value < 16 ? "0" : "") + Integer.toHexString(value);
    }

    // ---- the program

    private List<String> check() {
        if (insns.isEmpty() || insns.size() > MAX_INSNS) {
            return List.of(
                    "program: " + insns.size() + " instructions (expected: 1.." + MAX_INSNS + ")");
        }
        boolean[] second = new boolean[insns.size()];
        for (int at = 0; at < insns.size(); at++) {
            Insn insn = insns.get(at);
            if (insn.isLoadImm64()) {
                checkLoad(at, insn);
                if (at + 1 < insns.size()) {
                    second[at + 1] = true;
                }
                at++;
            } else if (!(callx && isCallx(insn))) {
                report(at, problem(insn));
            }
        }
        for (int at = 0; at < insns.size(); at++) {
            if (!second[at]) {
                checkTarget(at, insns.get(at), second);
            }
        }
        checkEnd(second);
        return Collections.unmodifiableList(problems);
    }

    /// True for a well-formed call by register.
    public static boolean isCallx(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.CALL | Opcode.X)
                && insn.dst() < Opcode.FP
                && insn.src() == 0
                && insn.off() == 0
                && insn.imm() == 0;
    }

    private void checkLoad(int at, Insn insn) {
        report(at, problem(insn));
        if (at + 1 == insns.size()) {
            report(at, NO_ROOM);
            return;
        }
        Insn next = insns.get(at + 1);
        if (next.opcode() != 0 || next.dst() != 0 || next.src() != 0 || next.off() != 0) {
            report(at, NO_ROOM);
        } else if (insn.src() > Opcode.PSEUDO_MAP_IDX_VALUE) {
            report(at, "unrecognized bpf_ld_imm64 insn");
        }
    }

    /// The slot a jump, call or function pointer leads to, which may lie out of range; [#NO_TARGET]
    /// for other instructions.
    public static long targetOf(int at, Insn insn) {
        boolean jump = insn.opClass() == Opcode.JMP || insn.opClass() == Opcode.JMP32;
        if (!jump) {
            return insn.isLoadImm64() && insn.src() == Opcode.PSEUDO_FUNC
                    ? at + 1L + insn.imm()
                    : NO_TARGET;
        }
        return switch (insn.opcode() & 0xf0) {
            case Opcode.EXIT -> NO_TARGET;
            case Opcode.CALL ->
                    isCall(insn) && insn.src() == Opcode.PSEUDO_CALL
                            ? at + 1L + insn.imm()
                            : NO_TARGET;
            case Opcode.JA -> at + 1L + (insn.opClass() == Opcode.JMP ? insn.off() : insn.imm());
            default -> at + 1L + insn.off();
        };
    }

    private void checkTarget(int at, Insn insn, boolean[] second) {
        long target = isKnown(insn.opcode()) ? targetOf(at, insn) : NO_TARGET;
        if (target == NO_TARGET) {
            return;
        }
        if (target < 0 || target >= insns.size()) {
            report(at, "jump out of range from insn " + at + " to " + target);
        } else if (second[(int) target]) {
            report(at, "jump into the middle of ldimm64 insn " + (target - 1));
        }
    }

    private void checkEnd(boolean[] second) {
        int at = insns.size() - 1;
        Insn last = insns.get(at);
        boolean ends =
                !second[at]
                        && (last.opcode() == (Opcode.JMP | Opcode.EXIT)
                                || last.opcode() == (Opcode.JMP | Opcode.JA)
                                || last.opcode() == (Opcode.JMP32 | Opcode.JA));
        if (!ends) {
            report(at, "last insn is not an exit or jmp");
        }
    }

    private void report(int at, @Nullable String rule) {
        if (rule != null) {
            problems.add("insn " + at + ": " + rule);
        }
    }
}
