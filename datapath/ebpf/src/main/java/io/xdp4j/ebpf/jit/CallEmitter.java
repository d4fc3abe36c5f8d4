package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.helper.CallbackHelpers;
import io.xdp4j.ebpf.helper.HelperFunction;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.helper.KfuncTable;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.HashLookup;
import io.xdp4j.ebpf.map.HashTableMap;
import io.xdp4j.ebpf.map.PercpuArrayMap;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Calls of helpers, of functions of the program, of other programs.
final class CallEmitter {
    private static final ClassDesc HASH_LOOKUP = ClassDesc.of(HashLookup.class.getName());
    private static final ClassDesc REDIRECT_MAP = ClassDesc.of(RedirectMap.class.getName());
    private static final ClassDesc RUNTIME = ClassDesc.of(BpfRuntime.class.getName());

    private final LinkedProgram program;
    private final FunctionCode code;
    private final CodeBuilder out;
    private final InsnFacts facts;
    private final Variables variables;
    private final ClassDesc self;
    private final JitOptions options;
    private final CheckedCallEmitter checked;

    CallEmitter(
            LinkedProgram program,
            FunctionCode code,
            InsnFacts facts,
            Variables variables,
            ClassDesc self,
            JitOptions options) {
        this.program = program;
        this.code = code;
        this.out = code.out();
        this.facts = facts;
        this.variables = variables;
        this.self = self;
        this.options = options;
        this.checked = new CheckedCallEmitter(program, code, options.isVerified());
    }

    /// False when there is no such call.
    boolean emit(int at, Insn insn) {
        if ((insn.opcode() & Opcode.X) != 0) {
            return checked.indirect(at, insn);
        }
        return switch (insn.src()) {
            case Opcode.HELPER_CALL ->
                    options.isChecked() ? checked.helper(at, insn) : helper(at, insn);
            case Opcode.PSEUDO_CALL -> function(at + 1 + insn.imm());
            case Opcode.PSEUDO_KFUNC_CALL -> kernelFunction(at, insn.imm());
            default -> false;
        };
    }

    /// Name of the method that a function became.
    static String nameOf(int entry) {
        return "f" + entry;
    }

    private boolean function(int entry) {
        if (entry < 0 || entry >= program.insns().size()) {
            return false;
        }
        code.machine();
        code.frame();
        out.iconst_1().iadd();
        code.arguments(5);
        out.invokestatic(self, nameOf(entry), Names.FUNCTION);
        code.store(0);
        return true;
    }

    // ---- helpers

    private boolean helper(int at, Insn insn) {
        HelperProto proto = HelperTable.byId(insn.imm(), program.type());
        if (proto == null) {
            return false;
        }
        BpfMap map = facts.constantMap(at);
        switch (proto.id()) {
            case HelperIds.GET_SMP_PROCESSOR_ID -> cpu();
            case HelperIds.TAIL_CALL -> tailCall(map);
            case HelperIds.MAP_LOOKUP -> lookup(at, map, proto);
            case HelperIds.MAP_UPDATE -> update(map, proto);
            case HelperIds.MAP_DELETE -> delete(map, proto);
            case HelperIds.REDIRECT_MAP -> redirectMap(map, proto);
            case HelperIds.LOOP -> loop(facts.callback(at), proto);
            default -> plain(proto);
        }
        return true;
    }

    private void cpu() {
        code.machine();
        out.invokevirtual(Names.MACHINE, "cpu", Names.TO_INT).i2l();
        code.store(0);
    }

    private void plain(HelperProto proto) {
        HelperFunction function = proto.function();
        if (function == null) {
            throw new UnsupportedException(
                    program.name()
                            + ": helper bpf_"
                            + proto.name()
                            + " (#"
                            + proto.id()
                            + ") cannot run here"
                            + (proto.refusal() == null ? "" : ": " + proto.refusal()));
        }
        if (proto.has(HelperProto.Trait.CALLS_BACK)) {
            code.enterFrame();
        }
        call(function, proto.registers());
    }

    private boolean kernelFunction(int at, int number) {
        String name = program.kfuncs().get(number);
        KfuncProto proto = name == null ? null : KfuncTable.byName(name);
        HelperFunction function = proto == null ? null : proto.function();
        if (function == null || !options.isVerified()) {
            String why =
                    function != null
                            ? "only verified programs may call kernel functions"
                            : proto == null || proto.refusal() == null
                                    ? "not in this engine"
                                    : proto.refusal();
            throw new UnsupportedException(
                    program.name() + ": insn " + at + ": " + name + ": " + why);
        }
        call(function, 5);
        return true;
    }

    private void call(HelperFunction function, int arguments) {
        code.constant(function, Names.HELPER);
        code.machine();
        code.arguments(arguments);
        out.invokeinterface(Names.HELPER, "call", Names.HELPER_CALL);
        code.store(0);
    }

    /// A known function is called right here, so that HotSpot sees one function in one loop.
    ///
    /// Kernel: `bpf_loop`, which the verifier puts in line likewise.
    private void loop(int entry, HelperProto proto) {
        if (entry == 0) {
            plain(proto);
            return;
        }
        int round = code.newLocal(2);
        Label next = out.newLabel();
        Label tooMany = out.newLabel();
        Label end = out.newLabel();
        code.load(1);
        code.push(CallbackHelpers.MAX_LOOPS + 1L);
        out.invokestatic(Names.LONG, "compareUnsigned", Names.COMPARE).ifge(tooMany);
        out.lconst_0().lstore(round);
        out.labelBinding(next);
        out.lload(round);
        code.load(1);
        out.lcmp().ifge(end);
        code.machine();
        code.frame();
        out.iconst_1().iadd();
        out.lload(round);
        code.load(3);
        out.lconst_0().lconst_0().lconst_0();
        out.invokestatic(self, nameOf(entry), Names.FUNCTION);
        out.lload(round).lconst_1().ladd().lstore(round);
        out.lconst_0().lcmp().ifeq(next);
        out.goto_(end);
        out.labelBinding(tooMany);
        code.push(CallbackHelpers.TOO_MANY_LOOPS);
        out.lstore(round);
        out.labelBinding(end);
        out.lload(round);
        code.store(0);
    }

    // ---- maps

    private void lookup(int at, @Nullable BpfMap map, HelperProto proto) {
        if (map == null) {
            plain(proto);
        } else if (CallTransfer.isInlineArray(map)) {
            lookupArray(at, map);
        } else if (map instanceof HashTableMap hash) {
            lookupHash(at, hash);
        } else {
            code.constant(map, Names.MAP);
            code.load(2);
            machineCpu();
            out.invokevirtual(Names.MAP, "lookup", MethodTypeDesc.of(CD_long, CD_long, CD_int));
            if (!map.type().holdsMaps()) {
                code.maskAddress();
            }
            code.store(0);
        }
    }

    private void machineCpu() {
        code.machine();
        out.invokevirtual(Names.MACHINE, "cpu", Names.TO_INT);
    }

    private void lookupArray(int at, BpfMap map) {
        long stride = (map.valueSize() + 7L) & ~7L;
        long key = facts.constantKey(at);
        long entries = Integer.toUnsignedLong(map.maxEntries());
        if (key >= 0) {
            if (key < entries) {
                arrayValue(map, key * stride);
            } else {
                out.lconst_0();
            }
            code.store(0);
            return;
        }
        pushKey(at);
        code.store(0);
        Label miss = out.newLabel();
        Label end = out.newLabel();
        code.load(0);
        code.push(entries);
        out.lcmp();
        out.ifge(miss);
        arrayValue(map, 0);
        code.load(0);
        code.push(lowBits(entries));
        out.land();
        code.push(stride);
        out.lmul().ladd();
        code.store(0);
        out.goto_(end);
        out.labelBinding(miss);
        out.lconst_0();
        code.store(0);
        out.labelBinding(end);
    }

    /// Bits that numbers below `limit` have. HotSpot does not learn from a comparison of longs: with
    /// this mask behind it, it sees that an element's address is neither null nor negative.
    private static long lowBits(long limit) {
        return limit <= 1 ? 0 : (Long.highestOneBit(limit - 1) << 1) - 1;
    }

    /// Pushes the address of an array's first value plus `offset`.
    private void arrayValue(BpfMap map, long offset) {
        if (map instanceof PercpuArrayMap perCpu) {
            code.constantAddress(perCpu.percpuBase() + offset);
            machineCpu();
            out.i2l();
            code.push(lowBits(perCpu.cpus()));
            out.land();
            code.push(perCpu.cpuStride());
            out.lmul().ladd();
        } else {
            code.constantAddress(map.valueBase() + offset);
        }
    }

    /// By the key itself where it is made of variables, else by its address.
    private void lookupHash(int at, HashTableMap map) {
        code.constant(map.lookup(), HASH_LOOKUP);
        List<Variables.Piece> key = variables.keyOf(at);
        List<ClassDesc> types = new ArrayList<>();
        String name = "lookup";
        if (key.isEmpty()) {
            code.load(2);
            types.add(CD_long);
        } else if (map.keySize() == 4) {
            pushKey(key, 0);
            out.l2i();
            types.add(CD_int);
            name += 4;
        } else {
            for (int from = 0; from < map.keySize(); from += 8) {
                pushKey(key, from);
                types.add(CD_long);
            }
            name += map.keySize();
        }
        types.add(CD_int);
        machineCpu();
        out.invokeinterface(HASH_LOOKUP, name, MethodTypeDesc.of(CD_long, types));
        if (!map.type().holdsMaps()) {
            code.maskAddress();
        }
        code.store(0);
    }

    /// Pushes the key of an array, zero-extended.
    private void pushKey(int at) {
        List<Variables.Piece> key = variables.keyOf(at);
        if (key.isEmpty()) {
            DirectMethodHandleDesc access = AccessEmitter.load(4, false);
            code.accesses().begin(access);
            code.load(2);
            code.accesses().end(access);
        } else {
            pushKey(key, 0);
            code.maskLow();
        }
    }

    /// Pushes the eight bytes of a key from `from` on.
    private void pushKey(List<Variables.Piece> key, int from) {
        boolean first = true;
        for (Variables.Piece piece : key) {
            int shift = 8 * (piece.at() - from);
            if (shift < 64 && shift + 8 * piece.size() > 0) {
                code.load(piece.variable());
                if (shift != 0) {
                    code.pushInt(Math.abs(shift));
                    if (shift > 0) {
                        out.lshl();
                    } else {
                        out.lushr();
                    }
                }
                if (!first) {
                    out.lor();
                }
                first = false;
            }
        }
    }

    private void update(@Nullable BpfMap map, HelperProto proto) {
        if (map == null) {
            plain(proto);
            return;
        }
        code.constant(map, Names.MAP);
        code.load(2);
        code.load(3);
        code.load(4);
        machineCpu();
        MethodTypeDesc type = MethodTypeDesc.of(CD_int, CD_long, CD_long, CD_long, CD_int);
        out.invokevirtual(Names.MAP, "update", type).i2l();
        code.store(0);
    }

    private void delete(@Nullable BpfMap map, HelperProto proto) {
        if (map == null) {
            plain(proto);
            return;
        }
        code.constant(map, Names.MAP);
        code.load(2);
        machineCpu();
        out.invokevirtual(Names.MAP, "delete", MethodTypeDesc.of(CD_int, CD_long, CD_int)).i2l();
        code.store(0);
    }

    private void redirectMap(@Nullable BpfMap map, HelperProto proto) {
        if (!(map instanceof RedirectMap)) {
            plain(proto);
            return;
        }
        code.machine();
        out.invokevirtual(Names.MACHINE, "xdp", MethodTypeDesc.of(Names.XDP));
        code.constant(map, REDIRECT_MAP);
        code.loadInt(2);
        code.load(3);
        MethodTypeDesc type = MethodTypeDesc.of(CD_int, REDIRECT_MAP, CD_int, CD_long);
        out.invokevirtual(Names.XDP, "redirectMap", type).i2l();
        code.store(0);
    }

    // ---- tail calls

    private void tailCall(@Nullable BpfMap map) {
        code.machine();
        if (map != null) {
            code.constant(map, Names.MAP);
        } else {
            code.machine();
            out.invokevirtual(Names.MACHINE, "runtime", MethodTypeDesc.of(RUNTIME));
            code.load(2);
            out.invokevirtual(RUNTIME, "map", MethodTypeDesc.of(Names.MAP, CD_long));
        }
        code.loadInt(3);
        MethodTypeDesc type = MethodTypeDesc.of(Names.EXECUTABLE, Names.MAP, CD_int);
        out.invokevirtual(Names.MACHINE, "tailCallTarget", type);
        code.tailCall();
    }
}
