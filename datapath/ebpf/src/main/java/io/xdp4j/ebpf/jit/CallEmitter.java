package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.helper.HelperFunction;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.helper.KfuncTable;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.PercpuArrayMap;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import org.jspecify.annotations.Nullable;

/// Calls of helpers, of functions of the program, of other programs.
final class CallEmitter {
    private static final ClassDesc REDIRECT_MAP = ClassDesc.of(RedirectMap.class.getName());
    private static final ClassDesc RUNTIME = ClassDesc.of(BpfRuntime.class.getName());

    private final LinkedProgram program;
    private final FunctionCode code;
    private final CodeBuilder out;
    private final InsnFacts facts;
    private final Variables variables;
    private final ClassDesc self;
    private final boolean isChecked;
    private final CheckedCallEmitter checked;

    CallEmitter(
            LinkedProgram program,
            FunctionCode code,
            InsnFacts facts,
            Variables variables,
            ClassDesc self,
            boolean isChecked) {
        this.program = program;
        this.code = code;
        this.out = code.out();
        this.facts = facts;
        this.variables = variables;
        this.self = self;
        this.isChecked = isChecked;
        this.checked = new CheckedCallEmitter(program, code);
    }

    /// False when there is no such call.
    boolean emit(int at, Insn insn) {
        if ((insn.opcode() & Opcode.X) != 0) {
            return checked.indirect(at, insn);
        }
        return switch (insn.src()) {
            case Opcode.HELPER_CALL -> isChecked ? checked.helper(at, insn) : helper(at, insn);
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
        call(function, proto.args().size());
    }

    private boolean kernelFunction(int at, int number) {
        String name = program.kfuncs().get(number);
        KfuncProto proto = name == null ? null : KfuncTable.byName(name);
        HelperFunction function = proto == null ? null : proto.function();
        if (function == null || isChecked) {
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

    // ---- maps

    private void lookup(int at, @Nullable BpfMap map, HelperProto proto) {
        if (map == null) {
            plain(proto);
        } else if (CallTransfer.isInlineArray(map)) {
            lookupArray(at, map);
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
        code.push(stride);
        out.lmul().ladd();
        code.store(0);
        out.goto_(end);
        out.labelBinding(miss);
        out.lconst_0();
        code.store(0);
        out.labelBinding(end);
    }

    /// Pushes the address of an array's first value plus `offset`.
    private void arrayValue(BpfMap map, long offset) {
        if (map instanceof PercpuArrayMap perCpu) {
            code.constantAddress(perCpu.percpuBase() + offset);
            machineCpu();
            out.i2l();
            code.push(perCpu.cpuStride());
            out.lmul().ladd();
            code.maskAddress();
        } else {
            code.constantAddress(map.valueBase() + offset);
        }
    }

    /// Pushes the key of an array, zero-extended.
    private void pushKey(int at) {
        if (variables.slotOf(at) >= 0) {
            code.load(variables.slotOf(at));
            return;
        }
        code.load(2);
        out.invokestatic(Names.RAW, "getInt", MethodTypeDesc.of(CD_int, CD_long)).i2l();
        code.maskLow();
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
