package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/// How many low bits of each result of a function can make a difference.
///
/// Compilers without 32-bit instructions compute 32-bit values in 64-bit registers. Where nobody looks
/// at the upper half, the JVM may work on ints, in which HotSpot sees rotations, for example.
///
/// What is computed may have anything in bits that are not needed; whoever relies on such bits here
/// must ask for them.
final class NeededBits {
    private static final int ALL = 64;

    private final Insn[] insns;
    private final List<Block> blocks;
    private final InsnFacts facts;
    private final Variables variables;
    private final int[][] atStart;
    private final int[] results;
    private final BitSet isInLoop = new BitSet();

    private NeededBits(Insn[] insns, FlowGraph graph, InsnFacts facts, Variables variables) {
        this.insns = insns;
        this.blocks = graph.blocks();
        this.facts = facts;
        this.variables = variables;
        this.atStart = new int[blocks.size()][variables.count()];
        this.results = new int[insns.length];
        markLoops(graph, Loops.of(graph));
    }

    private void markLoops(FlowGraph graph, Loops loops) {
        for (int loop = 0; loop < loops.count(); loop++) {
            List<Integer> members = loops.members(loop);
            Block first = graph.blocks().get(members.getFirst());
            int number = members.getFirst();
            if (members.size() > 1 || first.jump() == number || first.next() == number) {
                for (int member : members) {
                    Block block = graph.blocks().get(member);
                    isInLoop.set(block.start(), block.last() + 1);
                }
            }
        }
    }

    static NeededBits of(Insn[] insns, FlowGraph graph, InsnFacts facts, Variables variables) {
        NeededBits bits = new NeededBits(insns, graph, facts, variables);
        bits.solve();
        return bits;
    }

    /// True when something reads the upper half of the instruction's result. A 64-bit operation in a
    /// loop counts as such: variables are 64 bits wide from round to round, and widening costs more
    /// there than ints gain.
    boolean upperMatters(int at) {
        return results[at] > 32
                || (isInLoop.get(at) && insns[at].opClass() == Opcode.ALU64 && !isNarrow(at));
    }

    /// True for a 64-bit operation that an operation on the lower halves can take the place of, upper
    /// half of the result zero.
    boolean isNarrow(int at) {
        Insn insn = insns[at];
        if (insn.opClass() != Opcode.ALU64) {
            return false;
        }
        return switch (insn.opcode() & 0xf0) {
            case Opcode.AND -> takesRegister(insn) && (facts.isDstLow(at) || facts.isSrcLow(at));
            case Opcode.RSH, Opcode.ARSH ->
                    isShortShift(insn) && (facts.isDstLow(at) || results[at] + insn.imm() <= 32);
            default -> false;
        };
    }

    private static boolean isShortShift(Insn insn) {
        return !takesRegister(insn) && insn.imm() > 0 && insn.imm() < 32;
    }

    private static boolean takesRegister(Insn insn) {
        return (insn.opcode() & Opcode.X) != 0;
    }

    // ---- fixpoint

    private void solve() {
        Deque<Integer> work = new ArrayDeque<>();
        boolean[] queued = new boolean[blocks.size()];
        for (int block = 0; block < queued.length; block++) {
            work.push(block);
            queued[block] = true;
        }
        List<List<Integer>> before = Liveness.predecessors(blocks);
        while (!work.isEmpty()) {
            int number = work.pop();
            queued[number] = false;
            if (visit(number)) {
                for (int to : before.get(number)) {
                    if (!queued[to]) {
                        queued[to] = true;
                        work.push(to);
                    }
                }
            }
        }
    }

    /// Goes back through a block; true when more is needed at its start than was known.
    private boolean visit(int number) {
        Block block = blocks.get(number);
        int[] needed = new int[variables.count()];
        for (int to : new int[] {block.jump(), block.next()}) {
            for (int i = 0; to >= 0 && i < needed.length; i++) {
                needed[i] = Math.max(needed[i], atStart[to][i]);
            }
        }
        int[] order = new int[block.last() - block.start() + 1];
        int count = 0;
        for (int at = block.start(); at <= block.last(); at += Flow.slots(insns, at)) {
            order[count++] = at;
        }
        while (count > 0) {
            int at = order[--count];
            results[at] = needed[insns[at].dst()];
            stepBack(at, insns[at], needed);
        }
        boolean grown = !Arrays.equals(needed, atStart[number]);
        atStart[number] = needed;
        return grown;
    }

    private void stepBack(int at, Insn insn, int[] needed) {
        switch (insn.opClass()) {
            case Opcode.ALU -> alu(at, insn, Math.min(32, needed[insn.dst()]), 32, needed);
            case Opcode.ALU64 -> alu(at, insn, needed[insn.dst()], ALL, needed);
            case Opcode.LD -> needed[insn.dst()] = 0;
            case Opcode.LDX -> load(at, insn, needed);
            case Opcode.ST, Opcode.STX -> store(at, insn, needed);
            default -> jump(at, insn, needed);
        }
    }

    private static void need(int variable, int bits, int[] needed) {
        needed[variable] = Math.max(needed[variable], bits);
    }

    // ---- arithmetic

    /// @param result bits needed of the result
    /// @param width of the operation
    private void alu(int at, Insn insn, int result, int width, int[] needed) {
        int operand = width;
        switch (insn.opcode() & 0xf0) {
            case Opcode.MOV -> {
                move(insn, result, needed);
                return;
            }
            case Opcode.END -> {
                needed[insn.dst()] = insn.imm();
                return;
            }
            case Opcode.ADD, Opcode.SUB, Opcode.MUL, Opcode.OR, Opcode.XOR, Opcode.NEG ->
                    operand = result;
            case Opcode.AND -> operand = and(at, insn, result);
            case Opcode.LSH, Opcode.RSH, Opcode.ARSH -> {
                shift(at, insn, result, width, needed);
                return;
            }
            default -> {}
        }
        needed[insn.dst()] = operand;
        if (takesRegister(insn)) {
            need(insn.src(), operand, needed);
        }
    }

    private static void move(Insn insn, int result, int[] needed) {
        needed[insn.dst()] = 0;
        if (takesRegister(insn)) {
            need(insn.src(), insn.off() == 0 ? result : insn.off(), needed);
        }
    }

    private int and(int at, Insn insn, int result) {
        if (takesRegister(insn)) {
            return isNarrow(at) ? Math.min(32, result) : result;
        }
        int bits = insn.imm() < 0 ? ALL : ALL - Long.numberOfLeadingZeros(insn.imm());
        return Math.min(result, bits);
    }

    private void shift(int at, Insn insn, int result, int width, int[] needed) {
        int dst = insn.dst();
        if (takesRegister(insn)) {
            boolean isLeft = (insn.opcode() & 0xf0) == Opcode.LSH;
            needed[dst] = isLeft ? result : width;
            need(insn.src(), 6, needed);
        } else if ((insn.opcode() & 0xf0) == Opcode.LSH) {
            needed[dst] = Math.max(0, result - insn.imm());
        } else {
            int most = isNarrow(at) ? 32 : width;
            needed[dst] = result == 0 ? 0 : Math.min(most, result + insn.imm());
        }
    }

    // ---- memory

    private void load(int at, Insn insn, int[] needed) {
        int result = needed[insn.dst()];
        int slot = variables.slotOf(at);
        needed[insn.dst()] = 0;
        if (slot >= 0) {
            boolean signed = (insn.opcode() & 0xe0) == Opcode.MEMSX;
            int bits = 8 * Transfer.size(insn);
            need(slot, signed ? bits : Math.min(bits, result), needed);
        } else if (insn.src() < Opcode.FP) {
            need(insn.src(), ALL, needed);
        }
    }

    private void store(int at, Insn insn, int[] needed) {
        boolean atomic = (insn.opcode() & 0xe0) == Opcode.ATOMIC;
        int slot = atomic ? -1 : variables.slotOf(at);
        int bits = atomic ? ALL : 8 * Transfer.size(insn);
        if (slot >= 0) {
            bits = Math.min(bits, needed[slot]);
            needed[slot] = 0;
        } else {
            need(insn.dst(), ALL, needed);
        }
        if (insn.opClass() == Opcode.STX) {
            need(insn.src(), bits, needed);
        }
        if (atomic) {
            need(0, ALL, needed);
        }
    }

    // ---- jumps

    private void jump(int at, Insn insn, int[] needed) {
        int width = insn.opClass() == Opcode.JMP32 ? 32 : ALL;
        switch (insn.opcode() & 0xf0) {
            case Opcode.EXIT -> {
                Arrays.fill(needed, 0);
                needed[0] = ALL;
            }
            case Opcode.CALL -> {
                needed[0] = 0;
                Arrays.fill(needed, 1, 6, ALL);
                if (takesRegister(insn)) {
                    need(insn.dst(), ALL, needed);
                }
                variables.keyOf(at).forEach(piece -> need(piece.variable(), ALL, needed));
            }
            case Opcode.JA, Opcode.JCOND -> {}
            default -> {
                need(insn.dst(), width, needed);
                if (takesRegister(insn)) {
                    need(insn.src(), width, needed);
                }
            }
        }
    }
}
