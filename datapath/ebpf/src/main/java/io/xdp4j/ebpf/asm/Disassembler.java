package io.xdp4j.ebpf.asm;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Instructions as text, as the kernel's verifier log and `bpftool prog dump xlated` show them.
///
/// [Assembler] reads all of it back. What the kernel has no text for: maps are `map[fd:5]`,
/// `map[fd:5][0]+8` or `map[idx:..]`, kernel symbols `btf[id:5]`, kernel functions without a name
/// `kfunc#5`, and a call by register `callx r2`.
///
/// Thread: any; immutable.
/// Kernel: `print_bpf_insn`, kernel/bpf/disasm.c.
public final class Disassembler {
    private static final String[] ALU_OPERATORS = {
        "+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", "neg", "%=", "^=", "=", "s>>="
    };
    private static final String[] JUMP_OPERATORS = {
        "", "==", ">", ">=", "&", "!=", "s>", "s>=", "", "", "<", "<=", "s<", "s<="
    };
    private static final String[] SIZES = {"u32", "u16", "u8", "u64"};
    private static final String[] SIGNED_SIZES = {"s32", "s16", "s8", "s64"};

    private final InsnNames names;

    public Disassembler(InsnNames names) {
        this.names = names;
    }

    /// One line for each instruction: `0: (b7) r0 = 1`.
    public List<String> lines(List<Insn> insns) {
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < insns.size(); at++) {
            Insn insn = insns.get(at);
            Insn second = insn.isLoadImm64() && at + 1 < insns.size() ? insns.get(at + 1) : null;
            lines.add(at + ": " + line(insn, second));
            if (second != null) {
                at++;
            }
        }
        return lines;
    }

    /// `(b7) r0 = 1`.
    ///
    /// @param second the other slot of a 64-bit immediate load, else null
    public String line(Insn insn, @Nullable Insn second) {
        return String.format(Locale.ROOT, "(%02x) ", insn.opcode()) + text(insn, second);
    }

    /// `r0 = 1`.
    ///
    /// @param second the other slot of a 64-bit immediate load, else null
    public String text(Insn insn, @Nullable Insn second) {
        return switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> arithmetic(insn);
            case Opcode.JMP, Opcode.JMP32 -> jump(insn);
            case Opcode.LDX -> loadRegister(insn);
            case Opcode.ST -> memory(insn) + " = " + insn.imm();
            case Opcode.STX -> storeRegister(insn);
            default -> load(insn, second);
        };
    }

    private static String unknown(Insn insn) {
        return String.format(Locale.ROOT, "unknown opcode %02x", insn.opcode());
    }

    // ---- arithmetic

    private static String arithmetic(Insn insn) {
        int operation = insn.opcode() & 0xf0;
        String letter = insn.opClass() == Opcode.ALU64 ? "r" : "w";
        String dst = letter + insn.dst();
        if (operation == Opcode.END) {
            return byteSwap(insn);
        }
        if (operation == Opcode.NEG) {
            return dst + " = -" + dst;
        }
        if (operation > Opcode.END) {
            return unknown(insn);
        }
        String source =
                (insn.opcode() & Opcode.X) == 0
                        ? Integer.toString(insn.imm())
                        : signExtension(insn) + letter + insn.src();
        return dst + " " + operator(insn) + " " + source;
    }

    private static String operator(Insn insn) {
        int operation = insn.opcode() & 0xf0;
        boolean signed = insn.off() == 1 && (operation == Opcode.DIV || operation == Opcode.MOD);
        return (signed ? "s" : "") + ALU_OPERATORS[operation >> 4];
    }

    private static String signExtension(Insn insn) {
        boolean move = (insn.opcode() & 0xf0) == Opcode.MOV;
        boolean known = insn.off() == 8 || insn.off() == 16 || insn.off() == 32;
        return move && known ? "(s" + insn.off() + ")" : "";
    }

    private static String byteSwap(Insn insn) {
        String name =
                insn.opClass() == Opcode.ALU64
                        ? "bswap"
                        : (insn.opcode() & Opcode.X) == 0 ? "le" : "be";
        return "r" + insn.dst() + " = " + name + insn.imm() + " r" + insn.dst();
    }

    // ---- memory

    private static String size(Insn insn) {
        return SIZES[insn.opcode() >> 3 & 3];
    }

    /// `*(u32 *)(r1 +4)`, of what `dst` points to.
    private static String memory(Insn insn) {
        return "*" + pointer(insn, insn.dst());
    }

    private static String pointer(Insn insn, int base) {
        return String.format(Locale.ROOT, "(%s *)(r%d %+d)", size(insn), base, insn.off());
    }

    private static String loadRegister(Insn insn) {
        return switch (insn.opcode() & 0xe0) {
            case Opcode.MEM -> "r" + insn.dst() + " = *" + pointer(insn, insn.src());
            case Opcode.MEMSX ->
                    String.format(
                            Locale.ROOT,
                            "r%d = *(%s *)(r%d %+d)",
                            insn.dst(),
                            SIGNED_SIZES[insn.opcode() >> 3 & 3],
                            insn.src(),
                            insn.off());
            default -> unknown(insn);
        };
    }

    private static String storeRegister(Insn insn) {
        return switch (insn.opcode() & 0xe0) {
            case Opcode.MEM -> memory(insn) + " = r" + insn.src();
            case Opcode.ATOMIC -> atomic(insn);
            default -> unknown(insn);
        };
    }

    private static String atomic(Insn insn) {
        String width = (insn.opcode() & 0x18) == Opcode.DW ? "64" : "";
        String at = pointer(insn, insn.dst());
        String value = "r" + insn.src();
        return switch (insn.imm()) {
            case Opcode.ADD, Opcode.OR, Opcode.AND, Opcode.XOR ->
                    "lock *" + at + " " + ALU_OPERATORS[insn.imm() >> 4] + " " + value;
            case Opcode.ADD | Opcode.FETCH -> fetch(value, width, "add", at);
            case Opcode.OR | Opcode.FETCH -> fetch(value, width, "or", at);
            case Opcode.AND | Opcode.FETCH -> fetch(value, width, "and", at);
            case Opcode.XOR | Opcode.FETCH -> fetch(value, width, "xor", at);
            case Opcode.CMPXCHG ->
                    "r0 = atomic" + width + "_cmpxchg(" + at + ", r0, " + value + ")";
            case Opcode.XCHG -> value + " = atomic" + width + "_xchg(" + at + ", " + value + ")";
            case Opcode.LOAD_ACQ ->
                    "r" + insn.dst() + " = load_acquire(" + pointer(insn, insn.src()) + ")";
            case Opcode.STORE_REL -> "store_release(" + at + ", " + value + ")";
            default -> unknown(insn);
        };
    }

    private static String fetch(String value, String width, String name, String at) {
        return value + " = atomic" + width + "_fetch_" + name + "(" + at + ", " + value + ")";
    }

    // ---- 64-bit immediates and legacy loads

    private String load(Insn insn, @Nullable Insn second) {
        if (insn.isLoadImm64()) {
            return "r" + insn.dst() + " = " + immediate(insn, second);
        }
        return switch (insn.opcode() & 0xe0) {
            case Opcode.ABS ->
                    String.format(Locale.ROOT, "r0 = *(%s *)skb[%d]", size(insn), insn.imm());
            case Opcode.IND ->
                    String.format(
                            Locale.ROOT,
                            "r0 = *(%s *)skb[r%d + %d]",
                            size(insn),
                            insn.src(),
                            insn.imm());
            default -> unknown(insn);
        };
    }

    private String immediate(Insn insn, @Nullable Insn second) {
        int high = second == null ? 0 : second.imm();
        return switch (insn.src()) {
            case Opcode.PSEUDO_MAP_FD -> map(insn.imm());
            case Opcode.PSEUDO_MAP_VALUE ->
                    map(insn.imm()) + "[0]+" + Integer.toUnsignedString(high);
            case Opcode.PSEUDO_BTF_ID ->
                    "btf[id:" + insn.imm() + (high == 0 ? "]" : "," + high + "]");
            case Opcode.PSEUDO_FUNC -> String.format(Locale.ROOT, "subprog[%+d]", insn.imm());
            case Opcode.PSEUDO_MAP_IDX -> "map[idx:" + insn.imm() + "]";
            case Opcode.PSEUDO_MAP_IDX_VALUE ->
                    "map[idx:" + insn.imm() + "][0]+" + Integer.toUnsignedString(high);
            default -> "0x" + Long.toHexString((insn.imm() & 0xffff_ffffL) | (long) high << 32);
        };
    }

    private String map(int fd) {
        String named = names.map(fd);
        return named == null ? "map[fd:" + fd + "]" : named;
    }

    // ---- jumps

    private String jump(Insn insn) {
        int operation = insn.opcode() & 0xf0;
        return switch (operation) {
            case Opcode.CALL -> call(insn);
            case Opcode.JA ->
                    insn.opClass() == Opcode.JMP
                            ? String.format(Locale.ROOT, "goto pc%+d", insn.off())
                            : String.format(Locale.ROOT, "gotol pc%+d", insn.imm());
            case Opcode.JCOND -> String.format(Locale.ROOT, "may_goto pc%+d", insn.off());
            case Opcode.EXIT -> "exit";
            default -> operation > Opcode.JCOND ? unknown(insn) : conditional(insn);
        };
    }

    private static String conditional(Insn insn) {
        char letter = insn.opClass() == Opcode.JMP ? 'r' : 'w';
        String right =
                (insn.opcode() & Opcode.X) == 0
                        ? "0x" + Integer.toHexString(insn.imm())
                        : "" + letter + insn.src();
        return String.format(
                Locale.ROOT,
                "if %c%d %s %s goto pc%+d",
                letter,
                insn.dst(),
                JUMP_OPERATORS[(insn.opcode() & 0xf0) >> 4],
                right,
                insn.off());
    }

    private String call(Insn insn) {
        if ((insn.opcode() & Opcode.X) != 0) {
            return "callx r" + insn.dst();
        }
        return switch (insn.src()) {
            case Opcode.PSEUDO_CALL -> String.format(Locale.ROOT, "call pc%+d", insn.imm());
            case Opcode.PSEUDO_KFUNC_CALL -> {
                String name = names.kernelFunction(insn.imm());
                String table = insn.off() == 0 ? "" : ":" + insn.off();
                yield "call " + (name == null ? "kfunc" : name) + "#" + insn.imm() + table;
            }
            default -> {
                String name = names.helper(insn.imm());
                yield "call " + (name == null ? "unknown" : name) + "#" + insn.imm();
            }
        };
    }
}
