package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Opcode;

/// The stack: spills and fills of all sizes, partial ones, variable offsets, atomics.
final class StackStatements {
    private static final int[] ATOMICS = {
        Opcode.ADD,
        Opcode.OR,
        Opcode.AND,
        Opcode.XOR,
        Opcode.ADD | Opcode.FETCH,
        Opcode.OR | Opcode.FETCH,
        Opcode.AND | Opcode.FETCH,
        Opcode.XOR | Opcode.FETCH,
        Opcode.XCHG,
        Opcode.CMPXCHG
    };

    private StackStatements() {}

    static void store(Draft d) {
        int size = d.size();
        int off = d.mistake() ? d.between(-520, 8) : d.dataOff(size);
        if (d.chance(3)) {
            d.storeNumber(size, Draft.FP, off, d.number());
        } else {
            d.store(size, Draft.FP, off, d.kept());
        }
    }

    static void load(Draft d) {
        int size = d.size();
        d.load(size, d.kept(), Draft.FP, d.mistake() ? d.between(-520, 8) : d.dataOff(size));
    }

    /// Bytes at an offset that a number decides, aligned as the stack demands.
    static void variable(Draft d) {
        int size = d.pick(Opcode.B, Opcode.B, Opcode.H, Opcode.DW);
        int bytes = Draft.bytes(size);
        Numbers.bounded(d, 1, d.pick(3, 7, 15, 31, 63) / bytes);
        d.add(Opcode.ALU64 | Opcode.MUL, 1, 0, 0, d.mistake() ? d.between(1, 9) : bytes);
        d.stackAddress(2, Draft.DATA);
        d.plusReg(2, 1);
        int off = d.mistake() ? d.between(-8, 64) : 0;
        switch (d.below(3)) {
            case 0 -> d.store(size, 2, off, d.kept());
            case 1 -> d.storeNumber(size, 2, off, d.chance(2) ? 0 : d.number());
            default -> d.load(size, d.kept(), 2, off);
        }
    }

    /// A pointer spilled and filled, perhaps damaged between.
    static void pointer(Draft d) {
        d.stackAddress(1, Draft.DATA);
        d.store(Opcode.DW, Draft.FP, Draft.VALUE, 1);
        if (d.mistake()) {
            d.storeNumber(d.size(), Draft.FP, Draft.VALUE, d.number());
        }
        d.loadUnsigned(d.mistake() ? Opcode.W : Opcode.DW, 2, Draft.FP, Draft.VALUE);
        int size = d.size();
        d.load(size, d.kept(), 2, d.below(64 / Draft.bytes(size)) * Draft.bytes(size));
    }

    static void atomic(Draft d) {
        int size = d.pick(Opcode.W, Opcode.DW);
        atomicAt(d, size, Draft.FP, d.dataOff(size));
    }

    /// An atomic operation on memory that is known to be the program's.
    static void atomicAt(Draft d, int size, int base, int off) {
        if (d.chance(6)) {
            boolean load = d.chance(2);
            int operation = load ? Opcode.LOAD_ACQ : Opcode.STORE_REL;
            d.add(
                    Opcode.STX | Opcode.ATOMIC | size,
                    load ? d.kept() : base,
                    load ? base : d.kept(),
                    off,
                    operation);
            return;
        }
        int operation = d.pick(ATOMICS);
        if (operation == Opcode.CMPXCHG) {
            d.mov(1, base);
            d.mov(0, d.kept());
            d.add(Opcode.STX | Opcode.ATOMIC | size, 1, d.kept(), off, operation);
            d.mov(d.kept(), 0);
        } else {
            d.add(Opcode.STX | Opcode.ATOMIC | size, base, d.kept(), off, operation);
        }
    }
}
