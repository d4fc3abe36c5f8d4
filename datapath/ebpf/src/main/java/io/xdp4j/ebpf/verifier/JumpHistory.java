package io.xdp4j.ebpf.verifier;

import java.util.Arrays;

/// The way a state was reached: one entry for each instruction off the straight line, and for those
/// that touch the stack or relate registers.
///
/// Kernel: `struct bpf_jmp_history_entry`.
final class JumpHistory {
    /// Entry flags: a stack access; the rest of the entry tells frame and slot.
    static final int STACK_ACCESS = 1 << 9;

    static final int DST_IS_STACK = 1 << 10;
    static final int SRC_IS_STACK = 1 << 11;

    private static final int FRAME_BITS = 3;
    private static final int SLOT_BITS = 6;
    private static final int INITIAL = 8;

    private static final int[] NO_INTS = {};
    private static final LinkedRegs[] NO_LINKS = {};

    private int count;
    private int[] insns = NO_INTS;
    private int[] previous = NO_INTS;
    private int[] flags = NO_INTS;
    private LinkedRegs[] links = NO_LINKS;

    JumpHistory copy() {
        JumpHistory copy = new JumpHistory();
        copy.count = count;
        if (count > 0) {
            copy.insns = Arrays.copyOf(insns, count);
            copy.previous = Arrays.copyOf(previous, count);
            copy.flags = Arrays.copyOf(flags, count);
            copy.links = Arrays.copyOf(links, count);
        }
        return copy;
    }

    int count() {
        return count;
    }

    int insn(int entry) {
        return insns[entry];
    }

    int previous(int entry) {
        return previous[entry];
    }

    int flags(int entry) {
        return flags[entry];
    }

    LinkedRegs links(int entry) {
        return links[entry];
    }

    void clear() {
        count = 0;
    }

    /// Adds an entry; returns its number.
    int add(int insn, int previousInsn, int entryFlags, LinkedRegs linked) {
        if (count == insns.length) {
            int to = Math.max(INITIAL, count * 2);
            insns = Arrays.copyOf(insns, to);
            previous = Arrays.copyOf(previous, to);
            flags = Arrays.copyOf(flags, to);
            links = Arrays.copyOf(links, to);
        }
        insns[count] = insn;
        previous[count] = previousInsn;
        flags[count] = entryFlags;
        links[count] = linked;
        return count++;
    }

    void amend(int entry, int moreFlags, LinkedRegs linked) {
        flags[entry] |= moreFlags;
        links[entry] = linked;
    }

    static int stackAccess(int frame, int slot) {
        return STACK_ACCESS | slot << FRAME_BITS | frame;
    }

    static int slotOf(int flags) {
        return flags >> FRAME_BITS & (1 << SLOT_BITS) - 1;
    }

    static int frameOf(int flags) {
        return flags & (1 << FRAME_BITS) - 1;
    }
}
