package io.xdp4j.ebpf.jit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Strongly connected parts of a function: whole loops, and each block outside of one alone.
///
/// Tarjan's algorithm, without recursion, as programs are large and input is hostile.
final class Loops {
    private final List<List<Integer>> members = new ArrayList<>();
    private final int[] partOf;

    private Loops(int blocks) {
        this.partOf = new int[blocks];
        Arrays.fill(partOf, -1);
    }

    static Loops of(FlowGraph graph) {
        Loops loops = new Loops(graph.blocks().size());
        new Search(graph, loops).run();
        loops.members.forEach(part -> part.sort(null));
        return loops;
    }

    int count() {
        return members.size();
    }

    /// Blocks of a part, ascending.
    List<Integer> members(int part) {
        return members.get(part);
    }

    /// Other parts that control goes to from the end of a block; one twice if there are two ways.
    int[] leaving(FlowGraph graph, int number) {
        Block block = graph.blocks().get(number);
        int jump = block.jump() >= 0 ? partOf[block.jump()] : -1;
        int next = block.next() >= 0 ? partOf[block.next()] : -1;
        int mine = partOf[number];
        return Arrays.stream(new int[] {jump, next}).filter(to -> to >= 0 && to != mine).toArray();
    }

    /// The search's own state.
    private static final class Search {
        private final FlowGraph graph;
        private final Loops loops;
        private final int[] index;
        private final int[] low;
        private final int[] step;
        private final int[] path;
        private final int[] open;
        private int pathLength;
        private int openLength;
        private int next = 1;

        Search(FlowGraph graph, Loops loops) {
            int blocks = graph.blocks().size();
            this.graph = graph;
            this.loops = loops;
            this.index = new int[blocks];
            this.low = new int[blocks];
            this.step = new int[blocks];
            this.path = new int[blocks];
            this.open = new int[blocks];
        }

        void run() {
            for (int block = 0; block < index.length; block++) {
                if (index[block] == 0) {
                    visit(block);
                    while (pathLength > 0) {
                        advance(path[pathLength - 1]);
                    }
                }
            }
        }

        private void visit(int block) {
            index[block] = next;
            low[block] = next++;
            path[pathLength++] = block;
            open[openLength++] = block;
        }

        private void advance(int block) {
            Block of = graph.blocks().get(block);
            if (step[block] == 2) {
                leave(block);
                return;
            }
            int to = step[block]++ == 0 ? of.jump() : of.next();
            if (to < 0) {
                return;
            }
            if (index[to] == 0) {
                visit(to);
            } else if (loops.partOf[to] < 0) {
                low[block] = Math.min(low[block], index[to]);
            }
        }

        private void leave(int block) {
            pathLength--;
            if (pathLength > 0) {
                int parent = path[pathLength - 1];
                low[parent] = Math.min(low[parent], low[block]);
            }
            if (low[block] != index[block]) {
                return;
            }
            List<Integer> part = new ArrayList<>();
            int member;
            do {
                member = open[--openLength];
                loops.partOf[member] = loops.members.size();
                part.add(member);
            } while (member != block);
            loops.members.add(part);
        }
    }
}
