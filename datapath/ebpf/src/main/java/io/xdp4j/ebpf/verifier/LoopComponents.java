package io.xdp4j.ebpf.verifier;

import java.util.Arrays;

/// Strongly connected components of the control flow within functions: the loops.
///
/// Tarjan's algorithm in Pearce's iterative form: `low` of an instruction sinks to the smallest
/// number reachable from it; where it stays its own number, all above it on the stack are one
/// component.
///
/// Kernel: `compute_scc`.
final class LoopComponents {
    private static final int OFF_STACK = Integer.MAX_VALUE;

    private final Verification v;
    private final int[] number;
    private final int[] low;
    private final int[] stack;
    private final int[] path;
    private final int[] next = new int[2];
    private int stackSize;
    private int pathSize;
    private int numbers = 1;
    private int components = 1;

    LoopComponents(Verification v) {
        this.v = v;
        int count = v.insns.length;
        number = new int[count];
        low = new int[count];
        stack = new int[count];
        path = new int[count + 1];
    }

    /// Fills [InsnFacts#component].
    void compute() {
        Arrays.fill(v.facts.component, 0);
        for (int i = 0; i < number.length; i++) {
            if (number[i] == 0) {
                stackSize = 0;
                pathSize = 1;
                path[0] = i;
                while (pathSize > 0) {
                    step(path[pathSize - 1]);
                }
            }
        }
    }

    private void step(int at) {
        if (number[at] == 0) {
            number[at] = numbers;
            low[at] = numbers;
            numbers++;
            stack[stackSize++] = at;
        }
        // the unused second slot of a wide load may lead beyond the end
        int successors = successorsWithin(at);
        for (int i = 0; i < successors; i++) {
            if (number[next[i]] == 0) {
                path[pathSize++] = next[i];
                return;
            }
            low[at] = Math.min(low[at], low[next[i]]);
        }
        pathSize--;
        if (low[at] == number[at]) {
            pop(at, successors);
        }
    }

    private int successorsWithin(int at) {
        int all = ControlFlow.successors(v.insns, at, next);
        int kept = 0;
        for (int i = 0; i < all; i++) {
            if (next[i] < number.length) {
                next[kept++] = next[i];
            }
        }
        return kept;
    }

    private void pop(int root, int successors) {
        boolean isLoop = stack[stackSize - 1] != root;
        for (int i = 0; i < successors; i++) {
            isLoop |= next[i] == root;
        }
        int member;
        do {
            member = stack[--stackSize];
            low[member] = OFF_STACK;
            if (isLoop) {
                v.facts.component[member] = components;
            }
        } while (member != root);
        if (isLoop) {
            components++;
        }
    }
}
