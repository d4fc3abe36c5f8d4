package io.xdp4j.ebpf.jit;

import static io.xdp4j.ebpf.jit.AbstractState.FRAME;
import static io.xdp4j.ebpf.jit.AbstractState.MAP;
import static io.xdp4j.ebpf.jit.AbstractState.MAY_BE_CTX;
import static io.xdp4j.ebpf.jit.AbstractState.MAY_BE_FRAME;

import io.xdp4j.ebpf.helper.ArgType;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.HashTableMap;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.PercpuArrayMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import org.jspecify.annotations.Nullable;

/// What calls do to an [AbstractState], and which stack memory they reach.
final class CallTransfer {
    private static final int WHOLE_FRAME = -1;

    private final LinkedProgram program;
    private final Insn[] code;
    private final ValueAnalysis analysis;
    private final Transfer transfer;
    private boolean returnsContext;

    CallTransfer(LinkedProgram program, Insn[] code, ValueAnalysis analysis, Transfer transfer) {
        this.program = program;
        this.code = code;
        this.analysis = analysis;
        this.transfer = transfer;
    }

    void apply(
            int at,
            AbstractState state,
            ValueAnalysis.FunctionState function,
            @Nullable InsnFacts into) {
        Insn insn = code[at];
        boolean toFunction = insn.src() == Opcode.PSEUDO_CALL || (insn.opcode() & Opcode.X) != 0;
        HelperProto proto =
                insn.src() == Opcode.HELPER_CALL && !toFunction
                        ? HelperTable.byId(insn.imm(), program.type())
                        : null;
        if (into != null) {
            record(at, state, proto, into);
        }
        if (insn.src() == Opcode.PSEUDO_CALL) {
            analysis.enter(at + 1 + insn.imm(), arguments(state));
        }
        reachStack(at, proto, state, function, into);
        for (int register = 0; register <= 5; register++) {
            state.setAny(register, register == 0 && toFunction && returnsContext ? MAY_BE_CTX : 0);
        }
    }

    /// A callback begins with values that its helper picks.
    void enterCallback(int entry) {
        analysis.enter(entry, AbstractState.atEntry());
    }

    void exit(AbstractState state) {
        if ((state.flags(0) & MAY_BE_CTX) != 0 && !returnsContext) {
            returnsContext = true;
            transfer.noteChanged();
        }
    }

    private static AbstractState arguments(AbstractState caller) {
        AbstractState entry = AbstractState.atEntry();
        for (int register = 1; register <= 5; register++) {
            if (caller.kind(register) == FRAME) {
                entry.setAny(register, 0);
            } else if (caller.kind(register) == AbstractState.ANY) {
                entry.setAny(register, caller.flags(register) & MAY_BE_CTX);
            } else {
                entry.set(register, caller.kind(register), caller.number(register));
            }
        }
        return entry;
    }

    private void record(int at, AbstractState state, @Nullable HelperProto proto, InsnFacts into) {
        if (proto == null) {
            return;
        }
        if (proto.id() == HelperIds.LOOP) {
            boolean known = state.kind(2) == AbstractState.FUNC && constant(state, 4) == 0;
            into.recordCallback(at, known ? (int) state.number(2) : 0);
        }
        boolean tailCall = proto.id() == HelperIds.TAIL_CALL;
        int mapRegister = tailCall ? 2 : 1;
        Integer fd =
                state.kind(mapRegister) == MAP
                        ? Integer.valueOf((int) state.number(mapRegister))
                        : null;
        into.recordCall(at, fd, tailCall ? constant(state, 3) : keyInStack(state));
    }

    private static long constant(AbstractState state, int register) {
        return state.isConst(register) ? state.number(register) & 0xffff_ffffL : -1;
    }

    private static long keyInStack(AbstractState state) {
        long offset = state.number(2);
        if (state.kind(2) != FRAME || !AbstractState.isInFrame(offset, 4)) {
            return -1;
        }
        AbstractState scratch = state.copy();
        scratch.loadStack(3, offset, 4);
        return constant(scratch, 3);
    }

    // ---- stack memory that a call reaches

    private void reachStack(
            int at,
            @Nullable HelperProto proto,
            AbstractState state,
            ValueAnalysis.FunctionState function,
            @Nullable InsnFacts into) {
        if (proto != null && proto.has(HelperProto.Trait.FORMATS)) {
            escapeAll(state, function, into); // what a value points to may be in the stack
            return;
        }
        for (int register = 1; register <= 5; register++) {
            if (proto != null && register > proto.registers()) {
                return;
            }
            if ((state.flags(register) & MAY_BE_FRAME) == 0) {
                continue;
            }
            int size = proto == null ? WHOLE_FRAME : sizeOf(proto, register, state);
            if (state.kind(register) != FRAME || size == WHOLE_FRAME) {
                escapeAll(state, function, into);
            } else if (isReadKey(proto, register, state)) {
                if (into != null) {
                    int offset = (int) state.number(register);
                    function.stack().readKey(offset, size);
                    into.recordKey(at, offset, size);
                }
            } else {
                if (into != null) {
                    function.stack().escape((int) state.number(register), size);
                }
                state.forgetStack(state.number(register), size);
            }
        }
    }

    private void escapeAll(
            AbstractState state, ValueAnalysis.FunctionState function, @Nullable InsnFacts into) {
        if (into != null) {
            function.stack().escapeAll();
        }
        if ((state.stackFlags() & MAY_BE_CTX) != 0) {
            transfer.noteContextInMemory();
        }
        state.forgetStack(-512, 512);
    }

    private @Nullable BpfMap mapIn(int register, AbstractState state) {
        return state.kind(register) == MAP ? program.mapAt((int) state.number(register)) : null;
    }

    /// True for the key of a look-up that the compiler passes by value: it only loads the key.
    private boolean isReadKey(@Nullable HelperProto proto, int register, AbstractState state) {
        BpfMap map = mapIn(1, state);
        return register == 2
                && proto != null
                && proto.id() == HelperIds.MAP_LOOKUP
                && map != null
                && (isInlineArray(map) || takesKey(map))
                && AbstractState.isInFrame(state.number(2), map.keySize());
    }

    /// True for maps whose lookup becomes a bounds check and an addition.
    static boolean isInlineArray(BpfMap map) {
        return map.keySize() == 4
                && ((map.type() == MapType.ARRAY && map.valueBase() != 0)
                        || map instanceof PercpuArrayMap);
    }

    /// True for maps whose lookup takes the key itself.
    static boolean takesKey(BpfMap map) {
        int size = map.keySize();
        return map instanceof HashTableMap && (size == 4 || size == 8 || size == 16 || size == 24);
    }

    private int sizeOf(HelperProto proto, int register, AbstractState state) {
        if (register > proto.args().size()) {
            return WHOLE_FRAME;
        }
        ArgType type = proto.args().get(register - 1);
        BpfMap map = mapIn(1, state);
        return switch (type) {
            case MAP_KEY -> map == null ? WHOLE_FRAME : map.keySize();
            case MAP_VALUE, UNINIT_MAP_VALUE, MAP_VALUE_OR_NULL ->
                    map == null ? WHOLE_FRAME : map.valueSize();
            case FIXED_MEM -> proto.fixedSize(register - 1);
            case LONG_PTR -> 8;
            case INT_PTR -> 4;
            case MEM, MEM_OR_NULL, UNINIT_MEM, WRITABLE_MEM, WRITABLE_MEM_OR_NULL ->
                    register < 5 && state.isConst(register + 1)
                            ? (int) Math.min(512, Math.max(0, state.number(register + 1)))
                            : 512;
            default -> WHOLE_FRAME;
        };
    }
}
