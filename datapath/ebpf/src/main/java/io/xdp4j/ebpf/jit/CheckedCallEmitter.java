package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.xdp4j.ebpf.helper.CheckedCall;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.Executable;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import org.jspecify.annotations.Nullable;

/// Calls of a program that nobody verified: arguments, depth and targets are checked.
final class CheckedCallEmitter {
    private static final ClassDesc CHECKED = ClassDesc.of(CheckedCall.class.getName());
    private static final ClassDesc PROTO = ClassDesc.of(HelperProto.class.getName());
    private static final ClassDesc SUPPORT = ClassDesc.of(CheckedCallEmitter.class.getName());
    private static final MethodTypeDesc CALL =
            MethodTypeDesc.of(
                    CD_long,
                    PROTO,
                    Names.MACHINE,
                    CD_int,
                    CD_long,
                    CD_long,
                    CD_long,
                    CD_long,
                    CD_long);
    private static final MethodTypeDesc TARGET =
            MethodTypeDesc.of(
                    Names.EXECUTABLE, PROTO, Names.MACHINE, CD_int, CD_long, CD_long, CD_int);
    private static final MethodTypeDesc FUNCTION =
            MethodTypeDesc.of(Names.EXECUTABLE, Names.MACHINE, CD_int, CD_long);

    private final LinkedProgram program;
    private final FunctionCode code;
    private final CodeBuilder out;

    CheckedCallEmitter(LinkedProgram program, FunctionCode code) {
        this.program = program;
        this.code = code;
        this.out = code.out();
    }

    boolean helper(int at, Insn insn) {
        HelperProto proto = HelperTable.byId(insn.imm(), program.type());
        if (proto == null) {
            return false;
        }
        if (proto.has(HelperProto.Trait.TAIL_CALL)) {
            code.constant(proto, PROTO);
            code.machine();
            code.pushInt(at);
            code.load(1);
            code.load(2);
            code.loadInt(3);
            out.invokestatic(SUPPORT, "tailCallTarget", TARGET);
            code.tailCall();
            return true;
        }
        if (proto.has(HelperProto.Trait.CALLS_BACK)) {
            code.enterFrame();
        }
        code.constant(proto, PROTO);
        code.machine();
        code.pushInt(at);
        code.arguments(proto.args().size());
        out.invokestatic(CHECKED, "call", CALL);
        code.store(0);
        return true;
    }

    /// `callx`: the register holds a function's handle.
    boolean indirect(int at, Insn insn) {
        int target = code.scratchObject();
        code.machine();
        code.pushInt(at);
        code.load(insn.dst());
        out.invokestatic(SUPPORT, "function", FUNCTION);
        out.astore(target).aload(target);
        code.machine();
        code.frame();
        out.iconst_1().iadd();
        code.arguments(5);
        out.invokeinterface(Names.EXECUTABLE, "call", Names.FUNCTION);
        code.store(0);
        return insn.src() == Opcode.HELPER_CALL;
    }

    // ---- called by compiled code

    static @Nullable Executable tailCallTarget(
            HelperProto proto, BpfMachine machine, int insn, long context, long map, int index) {
        if (context != BpfMachine.CTX_HANDLE) {
            throw new CallTrapException(
                    insn, "tail call: 0x" + Long.toHexString(context) + " is not the context");
        }
        BpfMap programs = CheckedCall.map(proto, machine, insn, map);
        return machine.tailCallTarget(programs, index);
    }

    static Executable function(BpfMachine machine, int insn, long handle) {
        Executable function = machine.runtime().function(handle);
        if (function == null) {
            throw new CallTrapException(
                    insn, "0x" + Long.toHexString(handle) + " is no function to call");
        }
        return function;
    }
}
