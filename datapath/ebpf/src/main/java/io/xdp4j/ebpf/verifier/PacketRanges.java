package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// What a comparison of a packet pointer with the packet's end (or of metadata with the packet's
/// start) proves: how many bytes behind the pointer's base may be accessed.
///
/// Kernel: `try_match_pkt_pointers`, `find_good_pkt_pointers`.
final class PacketRanges {
    private PacketRanges() {}

    /// Learns what a jump teaches.
    ///
    /// @param here the state on the fall-through way
    /// @param there the state on the way of the jump
    /// @return false when it is no such comparison
    static boolean learn(Insn insn, int op, VerifierState here, VerifierState there) {
        RegState dst = here.top().reg(insn.dst());
        RegState src = here.top().reg(insn.src());
        if (isPair(dst, src)) {
            return learnPointerFirst(op, insn.dst(), dst, here, there);
        }
        return isPair(src, dst)
                && learnPointerFirst(BranchOutcome.flipped(op), insn.src(), src, here, there);
    }

    /// True when `limit` bounds what lies behind `pointer`.
    private static boolean isPair(RegState pointer, RegState limit) {
        if (pointer.isPlain(RegType.PACKET)) {
            return limit.isPlain(RegType.PACKET_END);
        }
        return pointer.isPlain(RegType.PACKET_META)
                && limit.isPlain(RegType.PACKET)
                && limit.id == 0
                && limit.off == 0
                && limit.var.isConst(0);
    }

    private static boolean learnPointerFirst(
            int op, int number, RegState pointer, VerifierState here, VerifierState there) {
        RegState at = pointer.copy();
        switch (op) {
            case Opcode.JGT -> {
                extend(here, at, false);
                markEnd(there, number, true);
            }
            case Opcode.JLT -> {
                extend(there, at, true);
                markEnd(here, number, false);
            }
            case Opcode.JGE -> {
                extend(here, at, true);
                markEnd(there, number, false);
            }
            case Opcode.JLE -> {
                extend(there, at, false);
                markEnd(here, number, true);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /// `at` is at most the limit, or below it where `open`.
    private static void extend(VerifierState state, RegState at, boolean open) {
        if (at.off < 0 || (at.off == 0 && open)) {
            return;
        }
        long max = MemoryCheck.MAX_PACKET_OFF;
        if (Long.compareUnsigned(at.umax, max) > 0
                || Long.compareUnsigned(at.umax + at.off, max) > 0) {
            return;
        }
        int range = open ? at.off + 1 : at.off;
        state.forEachReg(reg -> {
            if (reg.isPlain(at.type) && reg.id == at.id) {
                reg.range = Math.max(reg.range, range);
            }
        });
    }

    private static void markEnd(VerifierState state, int number, boolean beyond) {
        RegState reg = state.top().reg(number);
        if (reg.isPlain(RegType.PACKET)) {
            reg.range = beyond ? BranchOutcome.BEYOND_PACKET_END : BranchOutcome.AT_PACKET_END;
        }
    }
}
