package io.xdp4j.ebpf.verifier;

/// How [Precision] goes back, in the log of level 2.
///
/// Kernel: the `mark_precise:` lines of kernel/bpf/verifier.c.
final class PrecisionLog {
    private final Verification v;

    PrecisionLog(Verification v) {
        this.v = v;
    }

    boolean isOn() {
        return v.log.tracesAll();
    }

    void section(int frame, int last, int first, int subsequent) {
        v.log.say(
                "mark_precise: frame%d: last_idx %d first_idx %d subseq_idx %d \n",
                frame, last, first, subsequent);
    }

    void before(int frame, int regs, long slots, int insn) {
        v.log.say(
                "mark_precise: frame%d: regs=%s stack=%s before %d: ",
                frame, regs(regs), slots(slots, ""), insn);
        v.log.say(v.printer.text(insn));
        v.log.say("\n");
    }

    void parent(VerifierState state, int frame, int regs, long slots) {
        v.log.say(
                "mark_precise: frame%d: parent state regs=%s stack=%s: ",
                frame, regs(regs), slots(slots, ""));
        v.printer.state(state, frame, true);
    }

    void propagating(int frame, int regs, long slots) {
        if (regs == 0 && slots == 0) {
            return;
        }
        String separator = regs == 0 || slots == 0 ? "" : ",";
        v.log.say(
                "frame %d: propagating %s%s%s\n", frame, regs(regs), separator, slots(slots, "fp"));
    }

    private static String regs(int regs) {
        StringBuilder list = new StringBuilder();
        for (int r = 0; r < FrameState.REGISTERS; r++) {
            if ((regs >>> r & 1) != 0) {
                list.append(list.isEmpty() ? "r" : ",r").append(r);
            }
        }
        return list.toString();
    }

    private static String slots(long slots, String prefix) {
        StringBuilder list = new StringBuilder();
        for (int s = 0; s < Long.SIZE; s++) {
            if ((slots >>> s & 1) != 0) {
                list.append(list.isEmpty() ? "" : ",")
                        .append(prefix)
                        .append(-(s + 1) * StackSlot.BYTES);
            }
        }
        return list.toString();
    }
}
