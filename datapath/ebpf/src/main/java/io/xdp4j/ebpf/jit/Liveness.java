package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/// The variables that each block of a function may still read when it begins.
final class Liveness {
    private final BitSet[] atStart;

    private Liveness(BitSet[] atStart) {
        this.atStart = atStart;
    }

    static Liveness of(Insn[] insns, FlowGraph graph, Variables variables) {
        List<Block> blocks = graph.blocks();
        BitSet[] atStart = new BitSet[blocks.size()];
        List<List<Integer>> before = predecessors(blocks);
        Deque<Integer> work = new ArrayDeque<>();
        for (int block = 0; block < atStart.length; block++) {
            atStart[block] = new BitSet(variables.count());
            work.push(block);
        }
        while (!work.isEmpty()) {
            int number = work.pop();
            BitSet live = liveAtStart(insns, blocks.get(number), atStart, variables);
            if (!live.equals(atStart[number])) {
                atStart[number] = live;
                before.get(number).forEach(work::push);
            }
        }
        return new Liveness(atStart);
    }

    static List<List<Integer>> predecessors(List<Block> blocks) {
        List<List<Integer>> before = new ArrayList<>();
        blocks.forEach(_ -> before.add(new ArrayList<>()));
        for (int number = 0; number < blocks.size(); number++) {
            for (int to : new int[] {blocks.get(number).jump(), blocks.get(number).next()}) {
                if (to >= 0) {
                    before.get(to).add(number);
                }
            }
        }
        return before;
    }

    private static BitSet liveAtStart(
            Insn[] insns, Block block, BitSet[] atStart, Variables variables) {
        BitSet live = new BitSet(variables.count());
        for (int to : new int[] {block.jump(), block.next()}) {
            if (to >= 0) {
                live.or(atStart[to]);
            }
        }
        int[] order = new int[block.last() - block.start() + 1];
        int count = 0;
        for (int at = block.start(); at <= block.last(); at += Flow.slots(insns, at)) {
            order[count++] = at;
        }
        while (count > 0) {
            variables.stepBack(order[--count], live);
        }
        return live;
    }

    /// Variables live where the block begins. Not to be changed.
    BitSet atStart(int block) {
        return atStart[block];
    }
}
