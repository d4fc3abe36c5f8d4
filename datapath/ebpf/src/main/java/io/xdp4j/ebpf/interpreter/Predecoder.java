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
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.CallTrapException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns instructions into the arrays that the loop of [Interpreter] runs on.
///
/// Fails: [MalformedObjectException] for malformed instructions, [UnsupportedException] for what
/// this engine lacks, [LinkException] for a map that the program does not have; each names the slot.
final class Predecoder {
    private final LinkedProgram program;
    private final int programId;
    private final boolean verified;
    private final List<Insn> insns;

    /// `operation << 8 | src << 4 | dst`, by slot.
    final int[] code;

    /// Where a jump goes, or the offset of a memory access.
    final int[] offs;

    final long[] imms;

    /// What a call of a helper or kernel function calls.
    final @Nullable HelperFunction[] helpers;

    /// Slots where functions begin.
    final boolean[] entries;

    Predecoder(LinkedProgram program, int programId, boolean verified) {
        this.program = program;
        this.programId = programId;
        this.verified = verified;
        this.insns = program.insns();
        int slots = insns.size();
        code = new int[slots];
        offs = new int[slots];
        imms = new long[slots];
        helpers = new HelperFunction[slots];
        entries = new boolean[slots];
        List<String> problems = InsnValidator.problemsWithCallx(insns);
        if (!problems.isEmpty()) {
            throw new MalformedObjectException(program.name() + ": " + problems.getFirst());
        }
        entries[0] = true;
        for (int at = 0; at < slots; at++) {
            decode(at, insns.get(at));
            if (insns.get(at).isLoadImm64()) {
                at++;
            }
        }
    }

    private void decode(int at, Insn insn) {
        int operation =
                switch (insn.opClass()) {
                    case Opcode.ALU, Opcode.ALU64 -> arithmetic(insn);
                    case Opcode.JMP, Opcode.JMP32 -> jump(at, insn);
                    case Opcode.STX ->
                            (insn.opcode() & 0xe0) == Opcode.ATOMIC ? Op.ATOMIC : insn.opcode();
                    case Opcode.LD -> load(at, insn);
                    default -> insn.opcode();
                };
        code[at] = operation << 8 | insn.src() << 4 | insn.dst();
        if (!insn.isLoadImm64()) {
            imms[at] = insn.imm();
        }
        long target = InsnValidator.targetOf(at, insn);
        offs[at] = target == InsnValidator.NO_TARGET ? insn.off() : (int) target;
    }

    private static int arithmetic(Insn insn) {
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

    private int jump(int at, Insn insn) {
        if (InsnValidator.isCallx(insn)) {
            return Op.CALL_REGISTER;
        }
        if (insn.opcode() == (Opcode.JMP32 | Opcode.JA)) {
            return Op.JA;
        }
        if (insn.opcode() != (Opcode.JMP | Opcode.CALL)) {
            return insn.opcode();
        }
        return switch (insn.src()) {
            case Opcode.PSEUDO_CALL -> {
                entries[at + 1 + insn.imm()] = true;
                yield Op.CALL_LOCAL;
            }
            case Opcode.PSEUDO_KFUNC_CALL -> {
                helpers[at] = kernelFunction(at, insn.imm());
                yield Op.CALL_HELPER;
            }
            default -> helper(at, insn.imm());
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
        helpers[at] = checked(proto, at, verified);
        return Op.CALL_HELPER;
    }

    private static HelperFunction checked(HelperProto proto, int at, boolean verified) {
        return verified
                ? (machine, r1, r2, r3, r4, r5) ->
                        CheckedCall.callVerified(proto, machine, at, r1, r2, r3, r4, r5)
                : (machine, r1, r2, r3, r4, r5) ->
                        CheckedCall.call(proto, machine, at, r1, r2, r3, r4, r5);
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

    private int load(int at, Insn insn) {
        if (!insn.isLoadImm64()) {
            throw new UnsupportedException(
                    where(at) + "legacy packet load (BPF_LD_ABS, BPF_LD_IND): not in this engine");
        }
        Insn second = insns.get(at + 1);
        imms[at] =
                switch (insn.src()) {
                    case 0 -> insn.imm64(second);
                    case Opcode.PSEUDO_MAP_FD, Opcode.PSEUDO_MAP_IDX ->
                            map(at, insn.imm()).handle();
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
        return Op.LDDW;
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
