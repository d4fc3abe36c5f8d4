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
    private final SourceLines lines;
    private int lastLine = -1;
    private int insnEnd = -1;
    private int insnLength;

    StatePrinter(Verification v) {
        this.v = v;
        this.regs = new RegPrinter(!v.privilege.isCapable());
        this.text = new InsnText(v.program.kfuncs());
        this.lines = new SourceLines(v.program);
    }

    /// Another function is verified: its source lines are new.
    void restart() {
        lastLine = -1;
    }

    /// The source line an instruction belongs to, unless it was the last one printed.
    void sourceLine(int insn) {
        int line = lines.indexOf(insn);
        if (line < 0 || line == lastLine) {
            return;
        }
        boolean same = lastLine >= 0 && lines.isSameLine(line, lastLine);
        lastLine = line;
        if (same) {
            return;
        }
        LinkedProgram.LineInfo info = v.program.lineInfo().get(line);
        String file = info.file();
        v.log.say("; ");
        v.log.say(info.text().stripLeading());
        v.log.say(" @ %s:%d\n", file.substring(file.lastIndexOf('/') + 1), info.line());
    }

    /// An instruction's opcode byte and text.
    String text(int insn) {
        return text.of(v.insns, insn);
    }

    /// Which registers each instruction's successors may still read, and which loop it is in.
    ///
    /// Kernel: the end of `compute_live_registers`.
    void liveRegisters() {
        v.log.say("Live regs before insn:\n");
        for (int i = 0; i < v.insns.length; i++) {
            int component = v.facts.component[i];
            v.log.say(component == 0 ? "    " : "%3d ".formatted(component));
            v.log.say("%3d: ", i);
            for (int r = 0; r < FrameState.FP; r++) {
                v.log.say((v.facts.liveRegs[i] >>> r & 1) != 0 ? Integer.toString(r) : ".");
            }
            v.log.say(" ");
            v.log.say(text(i));
            v.log.say("\n");
            if (v.insns[i].isLoadImm64()) {
                i++;
            }
        }
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
        // the kernel prints the first slot's mark, which shares its place with another field
        text.append(text.isEmpty() ? "" : ",").append("dynptr_id=1");
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
