package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.program.LinkedProgram;

/// Writes registers, stack and instructions to the log as the kernel does.
///
/// Kernel: kernel/bpf/log.c.
final class StatePrinter {
    private static final int ALIGNMENT = 40;
    private static final int STEP = 8;

    private final Verification v;
    private final RegPrinter regs;
    private final InsnText text;
    private int lastLine = -1;
    private int insnEnd = -1;
    private int insnLength;

    StatePrinter(Verification v) {
        this.v = v;
        this.regs = new RegPrinter();
        this.text = new InsnText(v.program.kfuncs());
    }

    /// Another function is verified: its source lines are new.
    void restart() {
        lastLine = -1;
    }

    /// The source line an instruction belongs to, unless it was the last one printed.
    void sourceLine(int insn) {
        int line = lineOf(insn);
        if (line < 0 || line == lastLine) {
            return;
        }
        LinkedProgram.LineInfo info = v.program.lineInfo().get(line);
        v.log.say("; ");
        v.log.say(info.text().stripLeading());
        if (info.line() != 0) {
            String file = info.file();
            v.log.say(" @ %s:%d", file.substring(file.lastIndexOf('/') + 1), info.line());
        }
        v.log.say("\n");
        lastLine = line;
    }

    private int lineOf(int insn) {
        var lines = v.program.lineInfo();
        int low = 0;
        int high = lines.size() - 1;
        int found = -1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (lines.get(middle).insn() <= insn) {
                found = middle;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return found;
    }

    /// The instruction about to be simulated.
    void instruction(int index) {
        if (!v.log.tracesPaths()) {
            return;
        }
        sourceLine(index);
        int start = v.log.position();
        v.log.say("%d: ", index);
        v.log.say(text.of(v.insns, index));
        v.log.say("\n");
        insnEnd = v.log.position();
        insnLength = insnEnd - start;
    }

    /// What the instruction before changed, behind it on its line.
    void insnState() {
        if (!v.log.tracesPaths()) {
            return;
        }
        if (insnEnd > 0 && insnEnd == v.log.position()) {
            v.log.cutTo(insnEnd - 1);
            int padding = padding(insnLength);
            v.log.say(" ".repeat(padding));
            v.log.say(";");
        } else {
            v.log.say("%d:", v.insn);
        }
        state(v.state(), v.state().depth(), false);
    }

    private static int padding(int length) {
        int to = Math.max(length + STEP / 2, ALIGNMENT);
        return (to + STEP - 1) / STEP * STEP - length - 1;
    }

    /// Registers and stack of one frame.
    void state(VerifierState state, int frameNumber, boolean all) {
        FrameState frame = state.frame(frameNumber);
        if (frame.frameNumber != 0) {
            v.log.say(" frame%d:", frame.frameNumber);
        }
        for (int r = 0; r < FrameState.REGISTERS; r++) {
            RegState reg = frame.reg(r);
            if (!reg.is(RegType.NOT_INIT) && (all || v.scratched.hasReg(r))) {
                v.log.say(" R%d=", r);
                v.log.say(regs.text(reg, frame));
            }
        }
        for (int s = 0; s < frame.slotCount(); s++) {
            if (all || v.scratched.hasSlot(s)) {
                s = slot(frame, s);
            }
        }
        references(state);
        if (frame.inCallback) {
            v.log.say(" cb");
        }
        if (frame.inAsyncCallback) {
            v.log.say(" async_cb");
        }
        v.log.say("\n");
        if (!all) {
            v.scratched.clear();
        }
    }

    /// Prints a slot; returns the last one that belongs to it.
    private int slot(FrameState frame, int number) {
        StackSlot slot = frame.slot(number);
        if (slot.isAll(StackSlot.INVALID)) {
            return number;
        }
        int kind = slot.kind(StackSlot.BYTES - 1);
        int off = -(number + 1) * StackSlot.BYTES;
        switch (kind) {
            case StackSlot.SPILL -> {
                String letters = slot.letters();
                v.log.say(" fp%d=%s", off, letters.substring(0, letters.indexOf('r')));
                v.log.say(regs.text(slot.reg(), frame));
            }
            case StackSlot.DYNPTR -> {
                RegState dynptr = frame.slot(number + 1).reg();
                v.log.say(
                        " fp%d=dynptr_%s(%s)",
                        off - StackSlot.BYTES, dynptr.dynptr.text(), dynptrText(dynptr));
                return number + 1;
            }
            case StackSlot.ITER -> {
                RegState iter = slot.reg();
                if (iter.refObjId != 0) {
                    v.log.say(
                            " fp%d=iter_num(ref_id=%d,state=%s,depth=%d)",
                            off, iter.refObjId, iter.iter.text(), iter.iterDepth);
                }
            }
            default -> v.log.say(" fp%d=%s", off, slot.letters());
        }
        return number;
    }

    private static String dynptrText(RegState dynptr) {
        StringBuilder text = new StringBuilder();
        if (dynptr.id != 0) {
            text.append("id=").append(dynptr.id);
        }
        if (dynptr.refObjId != 0) {
            text.append(text.isEmpty() ? "" : ",").append("ref_id=").append(dynptr.refObjId);
        }
        return text.toString();
    }

    private void references(VerifierState state) {
        String separator = " refs=";
        for (Reference reference : state.references) {
            if (reference.id() != 0) {
                v.log.say("%s%d", separator, reference.id());
                separator = ",";
            }
        }
    }
}
