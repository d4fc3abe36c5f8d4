package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Opcode;

/// Packet access: checks in every comparison direction, variable offsets, metadata, moved edges.
final class PacketStatements {
    private static final int DATA = 0;
    private static final int DATA_END = 4;
    private static final int DATA_META = 8;

    private static final int ADJUST_HEAD = 44;
    private static final int ADJUST_META = 54;
    private static final int ADJUST_TAIL = 65;
    private static final int LOAD_BYTES = 189;
    private static final int STORE_BYTES = 190;
    private static final int BUFF_LEN = 188;
    private static final int CSUM_DIFF = 28;

    private PacketStatements() {}

    /// Checks a fixed number of bytes and uses some.
    static void fixed(Draft d) {
        loadEdges(d);
        int bytes = d.pick(1, 2, 4, 8, 14, 20, 34, 54, 64, 128);
        d.mov(4, 2);
        d.plus(4, bytes);
        int proven = check(d, 4, 3, bytes);
        use(d, 2, 0, proven);
        maybeSpill(d, bytes);
    }

    /// Adds a bounded number to the packet pointer, then checks.
    static void variable(Draft d) {
        int exits = d.exitsSoFar();
        Range range = Numbers.bounded(d, 1, d.pick(7, 31, 63, 255, 1500));
        loadEdges(d);
        d.mov(4, 2);
        d.plusReg(4, 1);
        if (d.chance(3)) {
            d.plus(4, d.between(1, 14));
        }
        int bytes = d.pick(1, 2, 4, 8, 20);
        d.mov(5, 4);
        d.plus(5, bytes);
        int proven = check(d, 5, 3, bytes);
        use(d, 4, 0, proven);
        if (d.mistake()) {
            // nothing was proven of the packet's start
            use(d, 2, 0, (int) range.low() + 1);
        }
        d.endStatement(exits);
    }

    /// A check whose sum was made the other way round: number plus pointer.
    static void swappedSum(Draft d) {
        int exits = d.exitsSoFar();
        Numbers.bounded(d, 1, 63);
        loadEdges(d);
        d.plusReg(1, 2);
        d.mov(4, 1);
        d.plus(4, 8);
        use(d, 1, 0, check(d, 4, 3, 8));
        d.endStatement(exits);
    }

    /// Metadata: from `data_meta` up to `data`.
    static void meta(Draft d) {
        d.loadUnsigned(Opcode.W, 2, Draft.CTX, DATA_META);
        d.loadUnsigned(Opcode.W, 3, Draft.CTX, DATA);
        int bytes = d.pick(4, 8, 12);
        d.mov(4, 2);
        d.plus(4, bytes);
        use(d, 2, 0, check(d, 4, 3, bytes));
    }

    /// Uses a pointer spilled earlier; stale when the packet has moved since.
    static void spilled(Draft d) {
        if (!d.packetSpilled && !d.mistake()) {
            fixed(d);
            return;
        }
        d.loadUnsigned(Opcode.DW, 2, Draft.FP, Draft.PACKET);
        if (d.chance(2)) {
            d.loadUnsigned(Opcode.DW, 3, Draft.FP, Draft.PACKET_END);
            d.mov(4, 2);
            d.plus(4, 8);
            use(d, 2, 0, check(d, 4, 3, 8));
        } else {
            use(d, 2, 0, 1);
        }
    }

    private static void maybeSpill(Draft d, int bytes) {
        if (d.depth == 0 && d.hasContext && d.chance(4) && bytes > 0) {
            d.loadUnsigned(Opcode.W, 2, Draft.CTX, DATA);
            d.loadUnsigned(Opcode.W, 3, Draft.CTX, DATA_END);
            d.store(Opcode.DW, Draft.FP, Draft.PACKET, 2);
            d.store(Opcode.DW, Draft.FP, Draft.PACKET_END, 3);
            d.mov(4, 2);
            d.plus(4, 1);
            int over = d.jumpReg(Opcode.JMP | Opcode.JLE, 4, 3);
            d.set(0, d.below(5));
            d.exit();
            d.land(over);
            d.packetSpilled = true;
        }
    }

    private static void loadEdges(Draft d) {
        d.loadUnsigned(Opcode.W, 2, Draft.CTX, DATA);
        d.loadUnsigned(Opcode.W, 3, Draft.CTX, DATA_END);
    }

    /// Compares `base + bytes` in one register with the end in another; returns the bytes that are
    /// safe behind the check. Jumps out of the statement where they are not.
    private static int check(Draft d, int sum, int end, int bytes) {
        if (d.mistake()) {
            return bytes;
        }
        boolean strict = d.chance(3);
        switch (d.below(4)) {
            case 0 -> d.leave(d.jumpReg(Opcode.JMP | (strict ? Opcode.JGE : Opcode.JGT), sum, end));
            case 1 -> d.leave(d.jumpReg(Opcode.JMP | (strict ? Opcode.JLE : Opcode.JLT), end, sum));
            case 2 -> {
                int in = d.jumpReg(Opcode.JMP | (strict ? Opcode.JLT : Opcode.JLE), sum, end);
                d.leave(d.jumpAlways());
                d.land(in);
            }
            default -> {
                int in = d.jumpReg(Opcode.JMP | (strict ? Opcode.JGT : Opcode.JGE), end, sum);
                d.leave(d.jumpAlways());
                d.land(in);
            }
        }
        int proven = strict ? bytes + 1 : bytes;
        return d.mistake() ? proven + 1 : proven;
    }

    /// One or two accesses to the bytes `from..limit-1` behind a pointer.
    private static void use(Draft d, int base, int from, int limit) {
        for (int i = d.between(1, 2); i > 0; i--) {
            int size = d.size();
            int bytes = Draft.bytes(size);
            if (from + bytes > limit) {
                size = Opcode.B;
                bytes = 1;
            }
            int last = limit - bytes;
            int off = d.chance(2) ? last : d.between(from, Math.max(from, last));
            switch (d.below(4)) {
                case 0 -> d.storeNumber(size, base, off, d.number());
                case 1 -> d.store(size, base, off, d.kept());
                default -> d.load(size, d.kept(), base, off);
            }
        }
    }

    /// Moves an edge of the packet: older packet pointers are stale from here on.
    static void adjust(Draft d) {
        int helper = d.pick(ADJUST_HEAD, ADJUST_TAIL, ADJUST_META);
        d.mov(1, Draft.CTX);
        if (d.chance(3)) {
            d.mov(2, d.kept());
        } else {
            d.set(2, d.pick(-64, -20, -14, -8, -4, 0, 4, 8, 14, 20, 64));
        }
        if (d.mistake()) {
            loadEdges(d);
            d.mov(7, 2);
            d.set(2, 0);
        }
        d.call(helper);
        d.packetSpilled = false;
        d.mov(d.kept(), 0);
    }

    /// Bytes copied between packet and stack.
    static void copy(Draft d) {
        d.mov(1, Draft.CTX);
        if (d.chance(2)) {
            d.set(2, d.pick(0, 1, 12, 14, 60, 1500));
        } else {
            d.mov(2, d.kept());
        }
        d.stackAddress(3, Draft.BUFFER);
        length(d, 4, 64);
        d.call(d.pick(LOAD_BYTES, LOAD_BYTES, STORE_BYTES));
        d.mov(d.kept(), 0);
    }

    /// A length for a helper: fixed, or a number bounded before.
    static void length(Draft d, int reg, int most) {
        if (d.chance(2)) {
            d.set(reg, d.mistake() ? most + 1 : d.between(1, most));
            return;
        }
        d.mov(reg, d.kept());
        d.add(Opcode.ALU64 | Opcode.AND, reg, 0, 0, Integer.highestOneBit(most) - 1);
        if (!d.mistake()) {
            d.plus(reg, 1);
        }
    }

    /// Helpers that read the packet directly, or ask for its length.
    static void helpers(Draft d) {
        if (d.chance(2)) {
            d.mov(1, Draft.CTX);
            d.call(BUFF_LEN);
            d.mov(d.kept(), 0);
            return;
        }
        loadEdges(d);
        int bytes = d.pick(4, 8, 20);
        d.mov(4, 2);
        d.plus(4, bytes);
        int proven = check(d, 4, 3, bytes);
        d.mov(1, 2);
        d.set(2, proven & -4);
        d.set(3, 0);
        d.set(4, 0);
        d.mov(5, d.kept());
        d.call(CSUM_DIFF);
        d.mov(d.kept(), 0);
    }

    /// Words of the context.
    static void context(Draft d) {
        d.loadUnsigned(Opcode.W, d.kept(), Draft.CTX, d.mistake() ? d.below(28) : d.pick(12, 16));
    }
}
