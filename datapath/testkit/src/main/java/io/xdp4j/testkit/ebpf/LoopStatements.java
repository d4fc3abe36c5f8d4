package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Opcode;

/// Loops: counted in a register or on the stack, `may_goto`, `bpf_loop`; and branches.
final class LoopStatements {
    private static final int BPF_LOOP = 181;

    private LoopStatements() {}

    /// Rounds counted in a word of the stack.
    static void counted(Draft d, Statement body) {
        int counter = counter(d);
        d.storeNumber(Opcode.DW, Draft.FP, counter, d.mistake() ? d.number() : d.between(1, 5));
        int start = d.here();
        body.write(d);
        d.loadUnsigned(Opcode.DW, 1, Draft.FP, counter);
        d.add(Opcode.ALU64 | Opcode.SUB, 1, 0, 0, 1);
        d.store(Opcode.DW, Draft.FP, counter, 1);
        d.jumpBack(Opcode.JMP | d.pick(Opcode.JNE, Opcode.JSGT), 1, 0, start);
        d.counters--;
    }

    /// The same, counted up to a bounded number.
    static void upTo(Draft d, Statement body) {
        int counter = counter(d);
        int exits = d.exitsSoFar();
        Numbers.bounded(d, 1, d.pick(3, 7));
        d.store(Opcode.DW, Draft.FP, counter, 1);
        int start = d.here();
        d.loadUnsigned(Opcode.DW, 1, Draft.FP, counter);
        int done = d.jump(Opcode.JMP | Opcode.JGT, 1, 8);
        d.plus(1, 1);
        d.store(Opcode.DW, Draft.FP, counter, 1);
        body.write(d);
        d.jumpBack(Opcode.JMP | Opcode.JA, 0, 0, start);
        d.land(done);
        d.endStatement(exits);
        d.counters--;
    }

    /// A loop that only the loop budget ends: its body runs a few rounds by its own condition.
    static void mayGoto(Draft d, Statement body) {
        int counter = counter(d);
        d.storeNumber(Opcode.DW, Draft.FP, counter, d.between(1, 5));
        int start = d.here();
        int out = d.jump(Opcode.JMP | Opcode.JCOND, 0, 0);
        body.write(d);
        d.loadUnsigned(Opcode.DW, 1, Draft.FP, counter);
        d.add(Opcode.ALU64 | Opcode.SUB, 1, 0, 0, 1);
        d.store(Opcode.DW, Draft.FP, counter, 1);
        int done = d.jump(Opcode.JMP | Opcode.JSLE, 1, 0);
        d.jumpBack(Opcode.JMP | Opcode.JA, 0, 0, start);
        d.land(done);
        d.land(out);
        d.counters--;
    }

    private static int counter(Draft d) {
        return Draft.COUNTERS + 8 * d.counters++;
    }

    /// `bpf_loop` with a callback that gets a pointer to this frame.
    static void helper(Draft d) {
        if (d.chance(2)) {
            d.set(1, d.between(0, 9));
        } else {
            Numbers.bounded(d, 1, 63);
        }
        d.loadFunction(2, FunctionKind.LOOP_CALLBACK);
        d.stackAddress(3, Draft.DATA);
        d.set(4, 0);
        d.call(BPF_LOOP);
        d.mov(d.kept(), 0);
    }

    static void branch(Draft d, Statement then, Statement otherwise) {
        int jump = Numbers.anyJump(d);
        then.write(d);
        if (d.chance(2)) {
            int over = d.jumpAlways();
            d.land(jump);
            otherwise.write(d);
            d.land(over);
        } else {
            d.land(jump);
        }
    }
}
