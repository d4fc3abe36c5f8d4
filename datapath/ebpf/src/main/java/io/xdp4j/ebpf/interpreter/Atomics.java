package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.vm.CheckedMemory;

/// The atomic instructions.
///
/// Kernel: RFC 9669, section 5.3, and the kernel's load-acquire and store-release.
final class Atomics {
    private Atomics() {}

    static void run(CheckedMemory memory, Insn insn, long[] r, int at) {
        if (insn.imm() == Opcode.LOAD_ACQ) {
            r[insn.dst()] = loadAcquire(memory, insn, r[insn.src()] + insn.off(), at);
        } else if (insn.imm() == Opcode.STORE_REL) {
            storeRelease(memory, insn, r[insn.dst()] + insn.off(), r[insn.src()], at);
        } else if (insn.imm() == Opcode.CMPXCHG) {
            r[0] = compareExchange(memory, insn, r, at);
        } else {
            long address = r[insn.dst()] + insn.off();
            long value = r[insn.src()];
            long before =
                    size(insn) == Opcode.DW
                            ? update64(memory, insn.imm(), address, value, at)
                            : update32(memory, insn.imm(), address, value, at);
            if ((insn.imm() & Opcode.FETCH) != 0) {
                r[insn.src()] = before;
            }
        }
    }

    private static int size(Insn insn) {
        return insn.opcode() & 0x18;
    }

    private static long loadAcquire(CheckedMemory memory, Insn insn, long address, int at) {
        return switch (size(insn)) {
            case Opcode.B -> memory.loadAcquire8(address, at);
            case Opcode.H -> memory.loadAcquire16(address, at);
            case Opcode.W -> memory.loadAcquire32(address, at);
            default -> memory.loadAcquire64(address, at);
        };
    }

    private static void storeRelease(
            CheckedMemory memory, Insn insn, long address, long value, int at) {
        switch (size(insn)) {
            case Opcode.B -> memory.storeRelease8(address, value, at);
            case Opcode.H -> memory.storeRelease16(address, value, at);
            case Opcode.W -> memory.storeRelease32(address, value, at);
            default -> memory.storeRelease64(address, value, at);
        }
    }

    private static long compareExchange(CheckedMemory memory, Insn insn, long[] r, int at) {
        long address = r[insn.dst()] + insn.off();
        return size(insn) == Opcode.DW
                ? memory.compareExchange64(address, r[0], r[insn.src()], at)
                : memory.compareExchange32(address, r[0], r[insn.src()], at);
    }

    private static long update64(
            CheckedMemory memory, int operation, long address, long value, int at) {
        return switch (operation) {
            case Opcode.ADD, Opcode.ADD | Opcode.FETCH -> memory.add64(address, value, at);
            case Opcode.OR, Opcode.OR | Opcode.FETCH -> memory.or64(address, value, at);
            case Opcode.AND, Opcode.AND | Opcode.FETCH -> memory.and64(address, value, at);
            case Opcode.XOR, Opcode.XOR | Opcode.FETCH -> memory.xor64(address, value, at);
            default -> memory.exchange64(address, value, at);
        };
    }

    private static long update32(
            CheckedMemory memory, int operation, long address, long value, int at) {
        return switch (operation) {
            case Opcode.ADD, Opcode.ADD | Opcode.FETCH -> memory.add32(address, value, at);
            case Opcode.OR, Opcode.OR | Opcode.FETCH -> memory.or32(address, value, at);
            case Opcode.AND, Opcode.AND | Opcode.FETCH -> memory.and32(address, value, at);
            case Opcode.XOR, Opcode.XOR | Opcode.FETCH -> memory.xor32(address, value, at);
            default -> memory.exchange32(address, value, at);
        };
    }
}
