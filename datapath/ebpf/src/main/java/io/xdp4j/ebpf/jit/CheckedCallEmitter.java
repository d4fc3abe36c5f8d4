package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import io.xdp4j.ebpf.helper.CheckedCall;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.Executable;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import org.jspecify.annotations.Nullable;

/// Calls of a program that runs with checks: arguments, depth and targets are checked, those of a
/// verified program but for the kernel objects that only it can have.
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
    private static final MethodTypeDesc CALL_REGISTER =
            MethodTypeDesc.of(
                    CD_long,
                    Names.MACHINE,
                    CD_int,
                    CD_int,
                    CD_long,
                    CD_long,
                    CD_long,
                    CD_long,
                    CD_long,
                    CD_long);

    private final LinkedProgram program;
    private final FunctionCode code;
    private final CodeBuilder out;
    private final String call;

    CheckedCallEmitter(LinkedProgram program, FunctionCode code, boolean isVerified) {
        this.call = isVerified ? "callVerified" : "call";
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
        code.arguments(proto.registers());
        out.invokestatic(CHECKED, call, CALL);
        code.store(0);
        return true;
    }

    /// `callx`: the register holds a function's handle, or a helper's number.
    boolean indirect(int at, Insn insn) {
        code.machine();
        code.frame();
        code.pushInt(at);
        code.load(insn.dst());
        code.arguments(5);
        out.invokestatic(SUPPORT, "callRegister", CALL_REGISTER);
        code.store(0);
        return true;
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

    static long callRegister(
            BpfMachine machine,
            int frame,
            int insn,
            long target,
            long r1,
            long r2,
            long r3,
            long r4,
            long r5) {
        Executable function = machine.runtime().function(target);
        if (function != null) {
            return function.call(machine, frame + 1, r1, r2, r3, r4, r5);
        }
        HelperProto proto = target == (int) target ? HelperTable.byId((int) target) : null;
        if (proto == null || proto.has(HelperProto.Trait.TAIL_CALL)) {
            throw new CallTrapException(
                    insn,
                    "callx: 0x" + Long.toHexString(target) + " is neither a function nor a helper");
        }
        machine.enterFrame(frame);
        return CheckedCall.call(proto, machine, insn, r1, r2, r3, r4, r5);
    }
}
