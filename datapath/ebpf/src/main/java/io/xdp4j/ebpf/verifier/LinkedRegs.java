package io.xdp4j.ebpf.verifier;

/// Registers and spilled registers that were linked by an id when a branch taught something of one.
///
/// Kernel: `struct linked_regs`.
final class LinkedRegs {
    static final LinkedRegs NONE = new LinkedRegs();

    private static final int MAX = 6;

    private final int[] frames = new int[MAX];
    private final int[] indexes = new int[MAX];
    private final boolean[] registers = new boolean[MAX];
    private int count;

    int count() {
        return count;
    }

    int frame(int entry) {
        return frames[entry];
    }

    /// Register number or stack slot.
    int index(int entry) {
        return indexes[entry];
    }

    boolean isRegister(int entry) {
        return registers[entry];
    }

    RegState in(VerifierState state, int entry) {
        FrameState frame = state.frame(frames[entry]);
        return registers[entry] ? frame.reg(indexes[entry]) : frame.slot(indexes[entry]).reg();
    }

    /// Collects what is linked by `id` and may still be read; those beyond the limit lose their id.
    void collect(VerifierState state, int id, short[] liveRegs) {
        int base = id & ~RegState.ADD_CONST;
        for (int f = state.depth(); f >= 0; f--) {
            FrameState frame = state.frame(f);
            int live = liveRegs[state.insnOf(f)];
            for (int r = 0; r < FrameState.FP; r++) {
                if ((live >>> r & 1) == 0) {
                    continue;
                }
                add(frame.reg(r), base, f, r, true);
            }
            for (int s = 0; s < frame.slotCount(); s++) {
                if (frame.slot(s).isSpilled()) {
                    add(frame.slot(s).reg(), base, f, s, false);
                }
            }
        }
    }

    private void add(RegState reg, int base, int frame, int index, boolean register) {
        if (!reg.isScalar() || (reg.id & ~RegState.ADD_CONST) != base) {
            return;
        }
        if (count == MAX) {
            reg.unlink();
            return;
        }
        frames[count] = frame;
        indexes[count] = index;
        registers[count] = register;
        count++;
    }

    /// Gives the linked registers of `state` what is known of `known`.
    void sync(VerifierState state, RegState known) {
        for (int i = 0; i < count; i++) {
            RegState reg = in(state, i);
            if (!reg.isScalar()
                    || reg == known
                    || (reg.id & ~RegState.ADD_CONST) != (known.id & ~RegState.ADD_CONST)
                    || ((reg.id ^ known.id) & RegState.ADD_CONST) == RegState.ADD_CONST) {
                continue; // sums of 32 and of 64 bits tell nothing of each other
            }
            boolean bothPlain = ((reg.id | known.id) & RegState.ADD_CONST) == 0;
            if (bothPlain || reg.off == known.off) {
                reg.set(known);
            } else {
                syncShifted(reg, known);
            }
        }
    }

    private static void syncShifted(RegState reg, RegState known) {
        int off = reg.off;
        int id = reg.id;
        RegState delta = new RegState();
        delta.markConst((long) reg.off - known.off);
        boolean narrow = ((id | known.id) & RegState.ADD_CONST32) != 0;
        reg.set(known);
        reg.off = off;
        reg.id = id;
        ScalarMath.add(reg, delta);
        if (narrow) {
            Bounds.zeroExtend(reg);
        }
        Bounds.sync(reg);
    }
}
