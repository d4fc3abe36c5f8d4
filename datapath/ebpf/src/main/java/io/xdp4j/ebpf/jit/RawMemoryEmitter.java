package io.xdp4j.ebpf.jit;

import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.verifier.ProgramFacts.Access;
import io.xdp4j.ebpf.vm.XdpMd;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;

/// Memory of a program that is proven safe: moves at raw addresses, context loads as accessors.
final class RawMemoryEmitter implements MemoryEmitter {
    private static final ClassDesc ATOMICS = ClassDesc.of(RawAtomics.class.getName());
    private static final ClassDesc CONTEXT_OR_MEMORY =
            ClassDesc.of(ContextOrMemory.class.getName());
    private static final MethodTypeDesc LOAD_EITHER =
            MethodTypeDesc.of(CD_long, Names.MACHINE, CD_long);
    private static final MethodTypeDesc PUT_LONG = MethodTypeDesc.of(CD_void, CD_long, CD_long);

    private final FunctionCode code;
    private final CodeBuilder out;
    private final InsnFacts facts;
    private final Variables variables;

    RawMemoryEmitter(FunctionCode code, InsnFacts facts, Variables variables) {
        this.code = code;
        this.out = code.out();
        this.facts = facts;
        this.variables = variables;
    }

    @Override
    public boolean load(int at, Insn insn) {
        boolean signed = (insn.opcode() & 0xe0) == Opcode.MEMSX;
        int size = Transfer.size(insn);
        if (size == 4 && !signed && facts.isAmbiguous(at)) {
            code.machine();
            code.address(insn.src(), insn.off());
            out.invokestatic(CONTEXT_OR_MEMORY, "load", LOAD_EITHER);
            code.store(insn.dst());
            return true;
        }
        if (facts.access(at) == Access.CONTEXT) {
            return !signed && loadContext(insn, facts.offset(at), size);
        }
        int slot = variables.slotOf(at);
        if (slot >= 0) {
            code.load(slot);
            if (signed) {
                extend(size);
            }
        } else {
            DirectMethodHandleDesc access = AccessEmitter.load(size, signed);
            code.accesses().begin(access);
            code.address(insn.src(), insn.off());
            code.accesses().end(access);
        }
        code.store(insn.dst());
        return true;
    }

    private void extend(int size) {
        switch (size) {
            case 1 -> out.l2i().i2b().i2l();
            case 2 -> out.l2i().i2s().i2l();
            default -> out.l2i().i2l();
        }
    }

    private boolean loadContext(Insn insn, int offset, int size) {
        if (size != 4 || offset < 0 || offset >= XdpMd.BYTES || (offset & 3) != 0) {
            return false;
        }
        code.machine();
        out.invokevirtual(Names.MACHINE, "xdp", MethodTypeDesc.of(Names.XDP));
        String[] accessors = {
            "data", "dataEnd", "dataMeta", "ingressIfindex", "rxQueueIndex", "egressIfindex"
        };
        String accessor = accessors[offset / 4];
        if (offset < 12) {
            out.invokevirtual(Names.XDP, accessor, Names.TO_LONG);
            code.maskAddress();
        } else {
            out.invokevirtual(Names.XDP, accessor, Names.TO_INT).i2l();
            code.maskLow();
        }
        code.store(insn.dst());
        return true;
    }

    @Override
    public boolean store(int at, Insn insn) {
        if (facts.access(at) == Access.CONTEXT) {
            return false;
        }
        if ((insn.opcode() & 0xe0) == Opcode.ATOMIC) {
            return insn.opClass() == Opcode.STX && atomic(insn);
        }
        int size = Transfer.size(insn);
        int slot = variables.slotOf(at);
        if (slot >= 0) {
            pushValue(insn);
            truncate(size);
            code.store(slot);
            return true;
        }
        DirectMethodHandleDesc access = AccessEmitter.store(size);
        code.accesses().begin(access);
        code.address(insn.dst(), insn.off());
        pushValue(insn);
        code.accesses().end(access);
        return true;
    }

    private void pushValue(Insn insn) {
        if (insn.opClass() == Opcode.STX) {
            code.load(insn.src());
        } else {
            code.push(insn.imm());
        }
    }

    private void truncate(int size) {
        switch (size) {
            case 1 -> code.push(0xff);
            case 2 -> code.push(0xffff);
            case 4 -> code.push(FunctionCode.LOW);
            default -> {
                return;
            }
        }
        out.land();
    }

    // ---- atomics

    private boolean atomic(Insn insn) {
        int size = Transfer.size(insn);
        int op = insn.imm();
        if (op == Opcode.LOAD_ACQ) {
            code.address(insn.src(), insn.off());
            out.invokestatic(ATOMICS, "loadAcquire" + 8 * size, Names.UNARY);
            code.store(insn.dst());
            return true;
        }
        if (op == Opcode.STORE_REL) {
            code.address(insn.dst(), insn.off());
            code.load(insn.src());
            out.invokestatic(ATOMICS, "storeRelease" + 8 * size, PUT_LONG);
            return true;
        }
        if (size < 4) {
            return false;
        }
        return readModifyWrite(insn, op, size);
    }

    private boolean readModifyWrite(Insn insn, int op, int size) {
        String name = AtomicNames.of(op);
        if (name == null) {
            return false;
        }
        code.address(insn.dst(), insn.off());
        if (op == Opcode.CMPXCHG) {
            code.load(0);
            code.load(insn.src());
            MethodTypeDesc type = MethodTypeDesc.of(CD_long, CD_long, CD_long, CD_long);
            out.invokestatic(ATOMICS, name + 8 * size, type);
            code.store(0);
            return true;
        }
        code.load(insn.src());
        out.invokestatic(ATOMICS, name + 8 * size, Names.BINARY);
        if ((op & Opcode.FETCH) != 0) {
            code.store(insn.src());
        } else {
            out.pop2();
        }
        return true;
    }
}
