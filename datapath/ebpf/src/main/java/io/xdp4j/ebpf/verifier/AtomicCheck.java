package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// Atomic operations.
///
/// Kernel: `check_atomic`.
final class AtomicCheck {
    private final Verification v;
    private final MemoryCheck memory;

    AtomicCheck(Verification v, MemoryCheck memory) {
        this.v = v;
        this.memory = memory;
    }

    void check(Insn insn) {
        switch (insn.imm()) {
            case Opcode.ADD,
                    Opcode.ADD | Opcode.FETCH,
                    Opcode.AND,
                    Opcode.AND | Opcode.FETCH,
                    Opcode.OR,
                    Opcode.OR | Opcode.FETCH,
                    Opcode.XOR,
                    Opcode.XOR | Opcode.FETCH,
                    Opcode.XCHG,
                    Opcode.CMPXCHG ->
                    checkReadModifyWrite(insn);
            case Opcode.LOAD_ACQ -> {
                memory.load(insn, false, true);
                checkPointer(insn.src(), "loads from");
            }
            case Opcode.STORE_REL -> {
                memory.store(insn, true);
                checkPointer(insn.dst(), "stores into");
            }
            default ->
                    throw v.reject(
                            Errno.EINVAL, "BPF_ATOMIC uses invalid atomic opcode %02x", insn.imm());
        }
    }

    private void checkReadModifyWrite(Insn insn) {
        int size = MemoryCheck.sizeOf(insn);
        if (size < 4) {
            throw v.reject(Errno.EINVAL, "invalid atomic operand size");
        }
        v.checkRead(insn.src());
        v.checkRead(insn.dst());
        if (insn.imm() == Opcode.CMPXCHG) {
            v.checkRead(0);
            v.checkLeak(0, "into mem");
        }
        v.checkLeak(insn.src(), "into mem");
        checkPointer(insn.dst(), "stores into");
        int loaded = StackCheck.NO_REG;
        if ((insn.imm() & Opcode.FETCH) != 0) {
            loaded = insn.imm() == Opcode.CMPXCHG ? 0 : insn.src();
            v.checkWriteUnknown(loaded);
        }
        RegType type = v.reg(insn.dst()).type;
        memory.check(insn.dst(), insn.off(), size, false, StackCheck.NO_REG, true, false);
        if (loaded >= 0) {
            memory.check(insn.dst(), insn.off(), size, false, loaded, true, false);
        }
        memory.check(insn.dst(), insn.off(), size, true, StackCheck.NO_REG, true, false);
        if (v.facts.pointerType[v.insn] == null) {
            v.facts.pointerType[v.insn] = type;
        }
    }

    private void checkPointer(int number, String what) {
        RegState reg = v.reg(number);
        boolean refused =
                reg.flags == 0
                        && (reg.is(RegType.CTX) || reg.type.isPacket() || reg.type.isSocket());
        if (refused) {
            throw v.reject(
                    Errno.EACCES,
                    "BPF_ATOMIC %s R%d %s is not allowed",
                    what,
                    number,
                    reg.typeText());
        }
    }
}
