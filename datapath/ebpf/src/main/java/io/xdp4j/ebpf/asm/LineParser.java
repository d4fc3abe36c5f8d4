package io.xdp4j.ebpf.asm;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads one line of assembly; see [Assembler].
final class LineParser {
    /// Longest first, so that `s>>=` is not taken for `s>`.
    private static final String[] ALU_OPERATORS = {
        "s>>=", "<<=", ">>=", "s/=", "s%=", "+=", "-=", "*=", "/=", "|=", "&=", "%=", "^="
    };

    private static final int[] ALU_OPERATIONS = {
        Opcode.ARSH,
        Opcode.LSH,
        Opcode.RSH,
        Opcode.DIV,
        Opcode.MOD,
        Opcode.ADD,
        Opcode.SUB,
        Opcode.MUL,
        Opcode.DIV,
        Opcode.OR,
        Opcode.AND,
        Opcode.MOD,
        Opcode.XOR
    };
    private static final String[] JUMP_OPERATORS = {
        "s>=", "s<=", "s>", "s<", "==", "!=", ">=", "<=", ">", "<", "&"
    };
    private static final int[] JUMP_OPERATIONS = {
        Opcode.JSGE,
        Opcode.JSLE,
        Opcode.JSGT,
        Opcode.JSLT,
        Opcode.JEQ,
        Opcode.JNE,
        Opcode.JGE,
        Opcode.JLE,
        Opcode.JGT,
        Opcode.JLT,
        Opcode.JSET
    };
    private static final String[] BYTE_SWAPS = {"le", "be", "bswap"};
    private static final int[] BYTE_SWAP_OPCODES = {
        Opcode.ALU | Opcode.END, Opcode.ALU | Opcode.END | Opcode.X, Opcode.ALU64 | Opcode.END
    };

    private final Scanner in;
    private final InsnNames names;
    private final int index;
    private int given = -1;
    private @Nullable String target;

    LineParser(String line, int number, InsnNames names, int index) {
        this.in = new Scanner(line, number);
        this.names = names;
        this.index = index;
        prefix();
    }

    /// Slot of the instruction.
    int index() {
        return index;
    }

    /// The label that the instruction jumps to, or null.
    @Nullable String target() {
        return target;
    }

    boolean isEmpty() {
        return in.isAtEnd();
    }

    MalformedObjectException fail(String problem) {
        return in.fail(problem);
    }

    // ---- what comes before the instruction

    private void prefix() {
        int mark = in.mark();
        String word = in.word();
        boolean number = !word.isEmpty() && word.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || !in.accept(":")) {
            in.reset(mark);
        }
        opcode();
    }

    private void opcode() {
        int mark = in.mark();
        if (in.accept("(")) {
            String word = in.word();
            if (word.length() == 2 && in.accept(")")) {
                given = hex(word);
            }
            if (given < 0) {
                in.reset(mark);
            }
        }
    }

    private static int hex(String twoDigits) {
        int high = Character.digit(twoDigits.charAt(0), 16);
        int low = Character.digit(twoDigits.charAt(1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /// The label that comes next, or null.
    @Nullable String label() {
        int mark = in.mark();
        String word = in.word();
        if (!word.isEmpty() && in.accept(":")) {
            opcode();
            return word;
        }
        in.reset(mark);
        return null;
    }

    // ---- instructions

    /// The slots of the line's instruction.
    List<Insn> insns() {
        List<Insn> insns = instruction();
        in.expectEnd();
        int opcode = insns.getFirst().opcode();
        if (given >= 0 && given != opcode) {
            throw fail(
                    "opcode "
                            + Integer.toHexString(given)
                            + " does not fit the text, which is opcode "
                            + Integer.toHexString(opcode));
        }
        return insns;
    }

    private List<Insn> instruction() {
        if (in.acceptWord("exit")) {
            return List.of(new Insn(Opcode.JMP | Opcode.EXIT, 0, 0, 0, 0));
        }
        if (in.acceptWord("if")) {
            return List.of(conditional());
        }
        if (in.acceptWord("goto")) {
            return List.of(new Insn(Opcode.JMP | Opcode.JA, 0, 0, offset16(), 0));
        }
        if (in.acceptWord("gotol")) {
            return List.of(new Insn(Opcode.JMP32 | Opcode.JA, 0, 0, 0, offset32()));
        }
        if (in.acceptWord("may_goto")) {
            return List.of(new Insn(Opcode.JMP | Opcode.JCOND, 0, 0, offset16(), 0));
        }
        if (in.acceptWord("callx")) {
            int opcode = Opcode.JMP | Opcode.CALL | Opcode.X;
            return List.of(new Insn(opcode, in.register('r'), 0, 0, 0));
        }
        if (in.acceptWord("call")) {
            return List.of(call());
        }
        if (in.acceptWord("lock")) {
            return List.of(lock());
        }
        if (in.acceptWord("store_release")) {
            return List.of(storeRelease());
        }
        if (in.accept("*")) {
            return List.of(store());
        }
        return assignment();
    }

    // ---- jumps

    private int offset16() {
        return in.accept("pc")
                ? in.number(Short.MIN_VALUE, Short.MAX_VALUE, "offset")
                : labelTarget();
    }

    private int offset32() {
        return in.accept("pc")
                ? in.number(Integer.MIN_VALUE, Integer.MAX_VALUE, "offset")
                : labelTarget();
    }

    /// 0 until the label is known.
    private int labelTarget() {
        String word = in.word();
        if (word.isEmpty()) {
            throw fail("expected pc+N or a label");
        }
        target = word;
        return 0;
    }

    /// The instruction with its jump filled in.
    Insn resolved(Insn insn, Map<String, Integer> labels) {
        Integer slot = labels.get(target);
        if (slot == null) {
            throw fail("no label " + target);
        }
        int distance = slot - index - 1;
        boolean wide =
                insn.isLoadImm64()
                        || insn.opcode() == (Opcode.JMP32 | Opcode.JA)
                        || insn.opcode() == (Opcode.JMP | Opcode.CALL);
        if (wide) {
            return insn.withImm(distance);
        }
        if (distance != (short) distance) {
            throw fail("label " + target + " is " + distance + " instructions away (use gotol)");
        }
        return insn.withOff(distance);
    }

    private Insn conditional() {
        char letter = in.isRegister('w') ? 'w' : 'r';
        int type = letter == 'r' ? Opcode.JMP : Opcode.JMP32;
        int dst = in.register(letter);
        int operation = operation(JUMP_OPERATORS, JUMP_OPERATIONS);
        if (in.isRegister(letter)) {
            int src = in.register(letter);
            in.expect("goto");
            return new Insn(type | operation | Opcode.X, dst, src, offset16(), 0);
        }
        int imm = immediate();
        in.expect("goto");
        return new Insn(type | operation, dst, 0, offset16(), imm);
    }

    private int operation(String[] operators, int[] operations) {
        for (int i = 0; i < operators.length; i++) {
            if (in.accept(operators[i])) {
                return operations[i];
            }
        }
        throw fail("expected one of " + String.join(" ", operators));
    }

    /// 32 bits, signed or unsigned.
    private int immediate() {
        return in.number(Integer.MIN_VALUE, 0xffff_ffffL, "immediate");
    }

    private Insn call() {
        int opcode = Opcode.JMP | Opcode.CALL;
        if (in.accept("pc")) {
            int offset = in.number(Integer.MIN_VALUE, Integer.MAX_VALUE, "offset");
            return new Insn(opcode, 0, Opcode.PSEUDO_CALL, 0, offset);
        }
        int mark = in.mark();
        String name = in.word();
        if (in.accept("#")) {
            return numberedCall(name);
        }
        if (!name.isEmpty() && Character.isDigit(name.charAt(0))) {
            in.reset(mark);
            return new Insn(opcode, 0, Opcode.HELPER_CALL, 0, immediate());
        }
        int id = names.helperId(name);
        if (id >= 0) {
            return new Insn(opcode, 0, Opcode.HELPER_CALL, 0, id);
        }
        in.reset(mark);
        return new Insn(opcode, 0, Opcode.PSEUDO_CALL, 0, labelTarget());
    }

    private Insn numberedCall(String name) {
        int number = immediate();
        boolean kernel = name.equals("kfunc") || name.equals(names.kernelFunction(number));
        int table = kernel && in.accept(":") ? in.number(0, Short.MAX_VALUE, "BTF index") : 0;
        int source = kernel ? Opcode.PSEUDO_KFUNC_CALL : Opcode.HELPER_CALL;
        return new Insn(Opcode.JMP | Opcode.CALL, 0, source, table, number);
    }

    // ---- memory

    /// What `(u32 *)(r1 +4)` says.
    private record Place(int size, boolean isSigned, int base, int off) {}

    private Place place() {
        in.expect("(");
        String type = in.word();
        int size =
                switch (type) {
                    case "u8", "s8" -> Opcode.B;
                    case "u16", "s16" -> Opcode.H;
                    case "u32", "s32" -> Opcode.W;
                    case "u64" -> Opcode.DW;
                    default -> throw fail("expected a type: u8, u16, u32, u64, s8, s16, s32");
                };
        in.expect("*");
        in.expect(")");
        in.expect("(");
        int base = in.register('r');
        int off = in.accept(")") ? 0 : closedOffset();
        return new Place(size, type.charAt(0) == 's', base, off);
    }

    private int closedOffset() {
        int off = in.number(Short.MIN_VALUE, Short.MAX_VALUE, "offset");
        in.expect(")");
        return off;
    }

    private Insn store() {
        Place to = place();
        in.expect("=");
        if (in.isRegister('r')) {
            int src = in.register('r');
            return new Insn(Opcode.STX | Opcode.MEM | to.size(), to.base(), src, to.off(), 0);
        }
        return new Insn(Opcode.ST | Opcode.MEM | to.size(), to.base(), 0, to.off(), immediate());
    }

    private Insn lock() {
        in.expect("*");
        Place to = place();
        int operation = operation(ALU_OPERATORS, ALU_OPERATIONS);
        return atomic(to, to.base(), in.register('r'), operation);
    }

    private Insn storeRelease() {
        in.expect("(");
        Place to = place();
        in.expect(",");
        int src = in.register('r');
        in.expect(")");
        return atomic(to, to.base(), src, Opcode.STORE_REL);
    }

    private static Insn atomic(Place place, int dst, int src, int operation) {
        return new Insn(
                Opcode.STX | Opcode.ATOMIC | place.size(), dst, src, place.off(), operation);
    }

    // ---- assignments

    private List<Insn> assignment() {
        char letter = in.isRegister('w') ? 'w' : 'r';
        int type = letter == 'r' ? Opcode.ALU64 : Opcode.ALU;
        int dst = in.register(letter);
        if (in.accept("=")) {
            return assigned(letter, type, dst);
        }
        int mark = in.mark();
        int signed = in.accept("s/=") || in.accept("s%=") ? 1 : 0;
        in.reset(mark);
        int operation = operation(ALU_OPERATORS, ALU_OPERATIONS);
        if (in.isRegister(letter)) {
            int src = in.register(letter);
            return List.of(new Insn(type | operation | Opcode.X, dst, src, signed, 0));
        }
        return List.of(new Insn(type | operation, dst, 0, signed, immediate()));
    }

    private List<Insn> assigned(char letter, int type, int dst) {
        int mark = in.mark();
        if (in.accept("-") && in.isRegister(letter)) {
            in.register(letter);
            return List.of(new Insn(type | Opcode.NEG, dst, 0, 0, 0));
        }
        in.reset(mark);
        if (in.isRegister(letter)) {
            return List.of(new Insn(type | Opcode.MOV | Opcode.X, dst, in.register(letter), 0, 0));
        }
        if (in.accept("(s")) {
            int width = in.number(8, 32, "width");
            in.expect(")");
            int src = in.register(letter);
            return List.of(new Insn(type | Opcode.MOV | Opcode.X, dst, src, width, 0));
        }
        if (letter == 'w') {
            return List.of(new Insn(type | Opcode.MOV, dst, 0, 0, immediate()));
        }
        return fullWidth(dst);
    }

    private List<Insn> fullWidth(int dst) {
        if (in.accept("*")) {
            return List.of(loaded(dst));
        }
        for (int i = 0; i < BYTE_SWAPS.length; i++) {
            if (in.accept(BYTE_SWAPS[i])) {
                int width = in.number(16, 64, "width");
                if (in.register('r') != dst) {
                    throw fail("expected the same register on both sides");
                }
                return List.of(new Insn(BYTE_SWAP_OPCODES[i], dst, 0, 0, width));
            }
        }
        if (in.acceptWord("load_acquire")) {
            in.expect("(");
            Place from = place();
            in.expect(")");
            return List.of(atomic(from, dst, from.base(), Opcode.LOAD_ACQ));
        }
        if (in.accept("atomic")) {
            return List.of(fetched(dst));
        }
        return constant(dst);
    }

    private Insn loaded(int dst) {
        int mark = in.mark();
        in.expect("(");
        in.word();
        if (in.accept("*)") && in.acceptWord("skb")) {
            in.reset(mark);
            return legacyLoad();
        }
        in.reset(mark);
        Place from = place();
        int mode = from.isSigned() ? Opcode.MEMSX : Opcode.MEM;
        return new Insn(Opcode.LDX | mode | from.size(), dst, from.base(), from.off(), 0);
    }

    private Insn legacyLoad() {
        in.expect("(");
        int size =
                switch (in.word()) {
                    case "u8" -> Opcode.B;
                    case "u16" -> Opcode.H;
                    case "u32" -> Opcode.W;
                    default -> throw fail("expected a type: u8, u16, u32");
                };
        in.expect("*)");
        in.expect("skb[");
        boolean indirect = in.isRegister('r');
        int src = indirect ? in.register('r') : 0;
        int imm = !indirect || in.accept("+") ? immediate() : 0;
        in.expect("]");
        int mode = indirect ? Opcode.IND : Opcode.ABS;
        return new Insn(Opcode.LD | mode | size, 0, src, 0, imm);
    }

    private Insn fetched(int dst) {
        boolean wide = in.accept("64");
        in.expect("_");
        String name = in.word();
        in.expect("(");
        Place to = place();
        in.expect(",");
        if (name.equals("cmpxchg")) {
            in.expect("r0");
            in.expect(",");
        }
        int src = in.register('r');
        in.expect(")");
        int operation =
                switch (name) {
                    case "fetch_add" -> Opcode.ADD | Opcode.FETCH;
                    case "fetch_or" -> Opcode.OR | Opcode.FETCH;
                    case "fetch_and" -> Opcode.AND | Opcode.FETCH;
                    case "fetch_xor" -> Opcode.XOR | Opcode.FETCH;
                    case "xchg" -> Opcode.XCHG;
                    case "cmpxchg" -> Opcode.CMPXCHG;
                    default -> throw fail("no atomic operation " + name);
                };
        if (dst != (operation == Opcode.CMPXCHG ? 0 : src) || wide != (to.size() == Opcode.DW)) {
            throw fail("register or width do not fit the operation");
        }
        return atomic(to, to.base(), src, operation);
    }

    // ---- constants

    private List<Insn> constant(int dst) {
        if (in.accept("map[")) {
            return mapConstant(dst);
        }
        if (in.accept("subprog[")) {
            int mark = in.mark();
            boolean number = in.accept("+") || in.accept("-");
            in.reset(mark);
            int distance = number ? immediate() : labelTarget();
            in.expect("]");
            return load64(dst, Opcode.PSEUDO_FUNC, distance, 0);
        }
        if (in.accept("btf[id:")) {
            int id = immediate();
            int high = in.accept(",") ? immediate() : 0;
            in.expect("]");
            return load64(dst, Opcode.PSEUDO_BTF_ID, id, high);
        }
        int mark = in.mark();
        boolean hex = in.accept("0x");
        in.reset(mark);
        long value = in.number();
        boolean wide = in.acceptWord("ll") || hex;
        if (wide || given == Opcode.LD_IMM64) {
            return load64(dst, 0, (int) value, (int) (value >>> 32));
        }
        in.reset(mark);
        return List.of(new Insn(Opcode.ALU64 | Opcode.MOV, dst, 0, 0, immediate()));
    }

    private List<Insn> mapConstant(int dst) {
        boolean byIndex = in.accept("idx:");
        if (!byIndex && !in.accept("fd:")) {
            in.expect("id:");
        }
        int map = immediate();
        in.expect("]");
        if (!in.accept("[0]")) {
            int source = byIndex ? Opcode.PSEUDO_MAP_IDX : Opcode.PSEUDO_MAP_FD;
            return load64(dst, source, map, 0);
        }
        int source = byIndex ? Opcode.PSEUDO_MAP_IDX_VALUE : Opcode.PSEUDO_MAP_VALUE;
        return load64(dst, source, map, immediate());
    }

    private static List<Insn> load64(int dst, int source, int low, int high) {
        return List.of(new Insn(Opcode.LD_IMM64, dst, source, 0, low), new Insn(0, 0, 0, 0, high));
    }
}
