package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.vm.CheckedMemory;

/// The atomic instructions.
///
/// Kernel: RFC 9669, section 5.3, and the kernel's load-acquire and store-release.
final class Atomics {
    private Atomics() {}

    /// Runs the atomic instruction of that opcode and word, see [Step].
    static void run(CheckedMemory memory, int opcode, long word, long[] r, int at) {
        int size = opcode & 0x18;
        int operation = (int) (word >> 32);
        int d = (int) word & 0xf;
        int s = (int) word >> 4 & 0xf;
        int off = (short) (word >> 16);
        if (operation == Opcode.LOAD_ACQ) {
            r[d] = loadAcquire(memory, size, r[s] + off, at);
            return;
        }
        long address = r[d] + off;
        if (operation == Opcode.STORE_REL) {
            storeRelease(memory, size, address, r[s], at);
        } else if (operation == Opcode.CMPXCHG) {
            r[0] =
                    size == Opcode.DW
                            ? memory.compareExchange64(address, r[0], r[s], at)
                            : memory.compareExchange32(address, r[0], r[s], at);
        } else {
            long before =
                    size == Opcode.DW
                            ? update64(memory, operation, address, r[s], at)
                            : update32(memory, operation, address, r[s], at);
            if ((operation & Opcode.FETCH) != 0) {
                r[s] = before;
            }
        }
    }

    private static long loadAcquire(CheckedMemory memory, int size, long address, int at) {
        return switch (size) {
            case Opcode.B -> memory.loadAcquire8(address, at);
            case Opcode.H -> memory.loadAcquire16(address, at);
            case Opcode.W -> memory.loadAcquire32(address, at);
            default -> memory.loadAcquire64(address, at);
        };
    }

    private static void storeRelease(
            CheckedMemory memory, int size, long address, long value, int at) {
        switch (size) {
            case Opcode.B -> memory.storeRelease8(address, value, at);
            case Opcode.H -> memory.storeRelease16(address, value, at);
            case Opcode.W -> memory.storeRelease32(address, value, at);
            default -> memory.storeRelease64(address, value, at);
        }
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
