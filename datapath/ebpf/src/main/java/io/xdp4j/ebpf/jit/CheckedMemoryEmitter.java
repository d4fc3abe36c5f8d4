package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.vm.CheckedMemory;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Memory of a program that nobody verified: every access goes through [CheckedMemory].
final class CheckedMemoryEmitter implements MemoryEmitter {
    static final ClassDesc MEMORY = ClassDesc.of(CheckedMemory.class.getName());

    private static final MethodTypeDesc LOAD = MethodTypeDesc.of(CD_long, CD_long, CD_int);
    private static final MethodTypeDesc STORE =
            MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_int);
    private static final MethodTypeDesc MODIFY =
            MethodTypeDesc.of(CD_long, CD_long, CD_long, CD_int);
    private static final MethodTypeDesc COMPARE =
            MethodTypeDesc.of(CD_long, CD_long, CD_long, CD_long, CD_int);

    private final FunctionCode code;
    private final CodeBuilder out;
    private final int memory;

    /// @param memory local that holds the [CheckedMemory]
    CheckedMemoryEmitter(FunctionCode code, int memory) {
        this.code = code;
        this.out = code.out();
        this.memory = memory;
    }

    @Override
    public boolean load(int at, Insn insn) {
        boolean signed = (insn.opcode() & 0xe0) == Opcode.MEMSX;
        int bits = 8 * Transfer.size(insn);
        String name = bits == 64 ? "load64" : (signed ? "loadSigned" : "loadU") + bits;
        out.aload(memory);
        code.address(insn.src(), insn.off());
        code.pushInt(at);
        out.invokevirtual(MEMORY, name, LOAD);
        code.store(insn.dst());
        return true;
    }

    @Override
    public boolean store(int at, Insn insn) {
        if ((insn.opcode() & 0xe0) == Opcode.ATOMIC) {
            return insn.opClass() == Opcode.STX && atomic(at, insn);
        }
        out.aload(memory);
        code.address(insn.dst(), insn.off());
        if (insn.opClass() == Opcode.STX) {
            code.load(insn.src());
        } else {
            code.push(insn.imm());
        }
        code.pushInt(at);
        out.invokevirtual(MEMORY, "store" + 8 * Transfer.size(insn), STORE);
        return true;
    }

    private boolean atomic(int at, Insn insn) {
        int bits = 8 * Transfer.size(insn);
        int op = insn.imm();
        if (op == Opcode.LOAD_ACQ) {
            out.aload(memory);
            code.address(insn.src(), insn.off());
            code.pushInt(at);
            out.invokevirtual(MEMORY, "loadAcquire" + bits, LOAD);
            code.store(insn.dst());
            return true;
        }
        if (op == Opcode.STORE_REL) {
            out.aload(memory);
            code.address(insn.dst(), insn.off());
            code.load(insn.src());
            code.pushInt(at);
            out.invokevirtual(MEMORY, "storeRelease" + bits, STORE);
            return true;
        }
        String name = AtomicNames.of(op);
        return name != null && bits >= 32 && readModifyWrite(at, insn, name + bits);
    }

    private boolean readModifyWrite(int at, Insn insn, String name) {
        boolean compares = insn.imm() == Opcode.CMPXCHG;
        out.aload(memory);
        code.address(insn.dst(), insn.off());
        if (compares) {
            code.load(0);
        }
        code.load(insn.src());
        code.pushInt(at);
        out.invokevirtual(MEMORY, name, compares ? COMPARE : MODIFY);
        if (compares) {
            code.store(0);
        } else if ((insn.imm() & Opcode.FETCH) != 0) {
            code.store(insn.src());
        } else {
            out.pop2();
        }
        return true;
    }
}
