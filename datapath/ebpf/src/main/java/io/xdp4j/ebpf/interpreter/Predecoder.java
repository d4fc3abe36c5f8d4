package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.helper.CheckedCall;
import io.xdp4j.ebpf.helper.HelperFunction;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.helper.KfuncTable;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.InsnValidator;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.CallTrapException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns instructions into the arrays that the loop of [Interpreter] runs on.
///
/// Fails: [MalformedObjectException] for malformed instructions, [UnsupportedException] for what
/// this engine lacks, [LinkException] for a map that the program does not have; each names the slot.
final class Predecoder {
    /// Constants that a call with its key can name, as 16 bits are left for them.
    private static final int MOST_WITH_CALLS = 0xffff;

    private final LinkedProgram program;
    private final int programId;
    private final boolean verified;
    private final List<Insn> insns;
    private final Fusion fusion;
    private final Idioms idioms;
    private final int[] places;
    private final List<Long> constants = new ArrayList<>();
    private int steps;

    /// Each step's operation.
    int[] ops;

    /// Each step's [Step#word].
    long[] args;

    /// Each step's first slot, for messages.
    int[] slots;

    /// What a call of a helper or kernel function calls.
    @Nullable HelperFunction[] helpers;

    /// Slots where functions begin.
    final boolean[] entries;

    Predecoder(LinkedProgram program, int programId, boolean verified) {
        this.program = program;
        this.programId = programId;
        this.verified = verified;
        this.insns = program.insns();
        int size = insns.size();
        ops = new int[size];
        args = new long[size];
        slots = new int[size];
        helpers = new HelperFunction[size];
        entries = new boolean[size];
        places = new int[size];
        List<String> problems = InsnValidator.problemsWithCallx(insns);
        if (!problems.isEmpty()) {
            throw new MalformedObjectException(program.name() + ": " + problems.getFirst());
        }
        entries[0] = true;
        BitSet targets = targets();
        fusion = new Fusion(insns, targets);
        idioms = new Idioms(this::step, insns.size(), targets);
        decode();
        ops = Arrays.copyOf(ops, steps);
        args = Arrays.copyOf(args, steps);
        slots = Arrays.copyOf(slots, steps);
        helpers = Arrays.copyOf(helpers, steps);
    }

    /// What fits no step's word.
    long[] constants() {
        return constants.stream().mapToLong(Long::longValue).toArray();
    }

    /// The step that begins at that slot.
    int place(int slot) {
        return places[slot];
    }

    private BitSet targets() {
        BitSet targets = new BitSet();
        for (int at = 0; at < insns.size(); at++) {
            long target = InsnValidator.targetOf(at, insns.get(at));
            if (target != InsnValidator.NO_TARGET) {
                targets.set((int) target);
            }
        }
        return targets;
    }

    private void decode() {
        Step[] decoded = new Step[insns.size()];
        int slot = 0;
        while (slot < insns.size()) {
            places[slot] = steps;
            slots[steps] = slot;
            Step step = idioms.at(slot);
            if (step.operation() == Op.CALL_WITH_KEY && constants.size() > MOST_WITH_CALLS) {
                step = step(slot);
            }
            if (step.constant() != 0) {
                constants.add(step.constant());
                step = step.withHigh(constants.size() - 1);
            }
            decoded[steps++] = step;
            slot += step.slots();
        }
        for (int at = 0; at < steps; at++) {
            Step step = decoded[at];
            ops[at] = step.operation();
            args[at] = step.target() == Step.NOWHERE ? step.word() : leading(at, step).word();
        }
    }

    /// A jump or call with the place that it leads to: calls and far jumps say it, others how far away.
    private Step leading(int at, Step step) {
        int place = places[step.target()];
        int distance = place - at - 1;
        return switch (step.operation()) {
            case Op.CALL_LOCAL, Op.GOTOL -> step.withHigh(place);
            case Op.CALL_WITH_KEY -> step.withHigh(distance << 16 | step.high());
            default -> step.withLow(distance);
        };
    }

    private Step step(int at) {
        Insn insn = insns.get(at);
        return switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> fusion.at(at, arithmetic(insn));
            case Opcode.JMP, Opcode.JMP32 -> jump(at, insn);
            case Opcode.LD -> constant(insn.dst(), immediate(at, insn));
            case Opcode.LDX -> Step.of(access(insn, insn.src()), insn);
            // Stores and atomics.
            default -> Step.of(access(insn, insn.dst()), insn);
        };
    }

    private static Step constant(int d, long value) {
        return value == (int) value
                ? new Step(Op.MOV64_K, d, 0, 0, 0, 0, (int) value, 2)
                : Step.wide(d, value);
    }

    /// What lies in the frame needs no check when it runs: the frame is alive, and no program changes
    /// the frame pointer.
    private static int access(Insn insn, int base) {
        int size = (insn.opcode() & Opcode.DW) == Opcode.DW ? 8 : 4;
        boolean isInFrame =
                base == Opcode.FP
                        && insn.off() >= -BpfMachine.STACK_FRAME_BYTES
                        && insn.off() <= -size;
        return isInFrame ? inFrame(insn.opcode()) : insn.opcode();
    }

    private static int inFrame(int opcode) {
        return switch (opcode) {
            case Op.LOAD32 -> Op.FRAME_LOAD32;
            case Op.LOAD64 -> Op.FRAME_LOAD64;
            case Op.STORE_X32 -> Op.FRAME_STORE_X32;
            case Op.STORE_X64 -> Op.FRAME_STORE_X64;
            default -> opcode;
        };
    }

    /// One arithmetic instruction.
    static Step arithmetic(Insn insn) {
        return Step.arithmetic(operation(insn), insn);
    }

    private static int operation(Insn insn) {
        if (insn.off() == 0) {
            return insn.opcode();
        }
        return switch (insn.opcode()) {
            case Op.DIV64_K -> Op.SDIV64_K;
            case Op.DIV64_X -> Op.SDIV64_X;
            case Op.DIV32_K -> Op.SDIV32_K;
            case Op.DIV32_X -> Op.SDIV32_X;
            case Op.MOD64_K -> Op.SMOD64_K;
            case Op.MOD64_X -> Op.SMOD64_X;
            case Op.MOD32_K -> Op.SMOD32_K;
            case Op.MOD32_X -> Op.SMOD32_X;
            case Op.MOV64_X ->
                    switch (insn.off()) {
                        case 8 -> Op.MOVS8_64;
                        case 16 -> Op.MOVS16_64;
                        default -> Op.MOVS32_64;
                    };
            default -> insn.off() == 8 ? Op.MOVS8_32 : Op.MOVS16_32;
        };
    }

    private Step jump(int at, Insn insn) {
        if (InsnValidator.isCallx(insn)) {
            return Step.of(Op.CALL_REGISTER, insn);
        }
        if (insn.opcode() == (Opcode.JMP | Opcode.CALL)) {
            return call(at, insn);
        }
        Step step = Step.of(insn.opcode(), insn);
        long target = InsnValidator.targetOf(at, insn);
        return target == InsnValidator.NO_TARGET ? step : step.to((int) target);
    }

    private Step call(int at, Insn insn) {
        return switch (insn.src()) {
            case Opcode.PSEUDO_CALL -> {
                int entry = at + 1 + insn.imm();
                entries[entry] = true;
                yield Step.of(Op.CALL_LOCAL, insn).to(entry);
            }
            case Opcode.PSEUDO_KFUNC_CALL -> {
                helpers[steps] = kernelFunction(at, insn.imm());
                yield Step.of(Op.CALL_HELPER, insn);
            }
            default -> Step.of(helper(at, insn.imm()), insn);
        };
    }

    private int helper(int at, int id) {
        HelperProto proto = HelperTable.byId(id, program.type());
        if (proto == null) {
            throw new UnsupportedException(
                    where(at) + "helper #" + id + ": there is none with that number");
        }
        if (proto.has(HelperProto.Trait.TAIL_CALL)) {
            return Op.TAIL_CALL;
        }
        if (proto.function() == null) {
            String why = proto.refusal() == null ? "not in this engine" : proto.refusal();
            throw new UnsupportedException(
                    where(at) + "helper bpf_" + proto.name() + "#" + id + ": " + why);
        }
        helpers[steps] = checked(proto, at, verified);
        return Op.CALL_HELPER;
    }

    private static HelperFunction checked(HelperProto proto, int at, boolean verified) {
        return verified ? CheckedCall.verified(proto, at) : CheckedCall.of(proto, at);
    }

    /// The helper that `callx` with that number in its register calls.
    static HelperFunction helperByNumber(LinkedProgram program, long number, int at) {
        HelperProto proto =
                number == (int) number ? HelperTable.byId((int) number, program.type()) : null;
        if (proto == null || proto.has(HelperProto.Trait.TAIL_CALL)) {
            throw new CallTrapException(
                    at,
                    "callx: 0x" + Long.toHexString(number) + " is neither a function nor a helper");
        }
        return checked(proto, at, false);
    }

    private HelperFunction kernelFunction(int at, int number) {
        String name = program.kfuncs().get(number);
        KfuncProto proto = name == null ? null : KfuncTable.byName(name);
        HelperFunction function = proto == null ? null : proto.function();
        if (function == null) {
            String why = proto == null ? null : proto.refusal();
            throw new UnsupportedException(
                    where(at)
                            + "kernel function "
                            + (name == null ? "#" + number : name)
                            + ": "
                            + (why == null ? "not in this engine" : why));
        }
        if (!verified) {
            throw new UnsupportedException(
                    where(at) + name + ": only verified programs may call kernel functions");
        }
        return function;
    }

    /// What a load of an immediate loads.
    private long immediate(int at, Insn insn) {
        if (!insn.isLoadImm64()) {
            throw new UnsupportedException(
                    where(at) + "legacy packet load (BPF_LD_ABS, BPF_LD_IND): not in this engine");
        }
        Insn second = insns.get(at + 1);
        return switch (insn.src()) {
            case 0 -> insn.imm64(second);
            case Opcode.PSEUDO_MAP_FD, Opcode.PSEUDO_MAP_IDX -> map(at, insn.imm()).handle();
            case Opcode.PSEUDO_MAP_VALUE, Opcode.PSEUDO_MAP_IDX_VALUE ->
                    valueBase(at, map(at, insn.imm())) + (second.imm() & 0xffff_ffffL);
            case Opcode.PSEUDO_FUNC -> function(at + 1 + insn.imm());
            default ->
                    throw new UnsupportedException(
                            where(at)
                                    + "address of a kernel symbol (BTF id "
                                    + insn.imm()
                                    + "): not in this engine");
        };
    }

    private long function(int entry) {
        entries[entry] = true;
        return BpfRuntime.functionHandle(programId, entry);
    }

    private BpfMap map(int at, int fd) {
        BpfMap map = program.mapAt(fd);
        if (map == null) {
            throw new LinkException(
                    where(at) + "map " + fd + ": the program has " + program.maps().keySet());
        }
        return map;
    }

    private long valueBase(int at, BpfMap map) {
        long base = map.valueBase();
        if (base == 0) {
            throw new LinkException(
                    where(at) + map + ": has no direct values (expected: an array)");
        }
        return base;
    }

    private String where(int at) {
        return program.name() + ": insn " + at + ": ";
    }
}
