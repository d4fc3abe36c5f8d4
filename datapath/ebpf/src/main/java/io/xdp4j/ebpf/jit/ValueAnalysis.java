package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Follows contexts, map pointers, constants and stack addresses through a program.
///
/// Goes over all functions until nothing changes; loops and merges are joined, so every fact holds
/// on every path. Bounded: values only ever get less precise.
final class ValueAnalysis {
    private final LinkedProgram program;
    private final Insn[] code;
    private final Map<Integer, FunctionState> functions = new HashMap<>();
    private final InsnFacts facts;
    private final Transfer transfer;

    /// A function on its way to the fixpoint.
    static final class FunctionState {
        private final FlowGraph graph;
        private final @Nullable AbstractState[] atBlock;
        private final boolean[] queued;
        private final int[] work;
        private int pending;
        private final StackUse stack = new StackUse();

        FunctionState(FlowGraph graph) {
            this.graph = graph;
            int blocks = graph.blocks().size();
            this.atBlock = new AbstractState[blocks];
            this.queued = new boolean[blocks];
            this.work = new int[blocks];
        }

        StackUse stack() {
            return stack;
        }

        private void queue(int block) {
            if (!queued[block]) {
                queued[block] = true;
                work[pending++] = block;
            }
        }

        /// Takes in what a caller or predecessor brings to a block.
        void flowTo(int block, AbstractState state) {
            if (block < 0) {
                return;
            }
            AbstractState known = atBlock[block];
            if (known == null) {
                atBlock[block] = state.copy();
                queue(block);
            } else if (known.join(state)) {
                queue(block);
            }
        }
    }

    private ValueAnalysis(LinkedProgram program, Map<Integer, FlowGraph> graphs) {
        this.program = program;
        this.code = program.insns().toArray(Insn[]::new);
        this.facts = new InsnFacts(program);
        graphs.forEach((entry, graph) -> functions.put(entry, new FunctionState(graph)));
        this.transfer = new Transfer(program, code, this);
    }

    /// @param graphs of every function, by first slot
    static ValueAnalysis of(LinkedProgram program, Map<Integer, FlowGraph> graphs) {
        ValueAnalysis analysis = new ValueAnalysis(program, graphs);
        analysis.solve();
        analysis.record();
        return analysis;
    }

    InsnFacts facts() {
        return facts;
    }

    /// Stack use of the function that begins there.
    StackUse stackOf(int entry) {
        return state(entry).stack;
    }

    private FunctionState state(int entry) {
        FunctionState state = functions.get(entry);
        if (state == null) {
            throw new IllegalStateException("no function begins at insn " + entry);
        }
        return state;
    }

    private void solve() {
        AbstractState main = AbstractState.atEntry();
        main.set(1, AbstractState.CTX, 0);
        enter(0, main);
        do {
            transfer.clearChanged();
            boolean busy = true;
            while (busy) {
                busy = false;
                for (FunctionState function : functions.values()) {
                    busy |= drain(function);
                }
            }
            if (transfer.hasChanged()) {
                requeueAll();
            }
        } while (transfer.hasChanged());
    }

    private void requeueAll() {
        for (FunctionState function : functions.values()) {
            for (int block = 0; block < function.atBlock.length; block++) {
                if (function.atBlock[block] != null) {
                    function.queue(block);
                }
            }
        }
    }

    private boolean drain(FunctionState function) {
        boolean worked = false;
        while (function.pending > 0) {
            int number = function.work[--function.pending];
            function.queued[number] = false;
            AbstractState known = function.atBlock[number];
            if (known != null) {
                Block block = function.graph.blocks().get(number);
                AbstractState state = known.copy();
                run(function, block, state, null);
                function.flowTo(block.next(), state);
                function.flowTo(block.jump(), state);
            }
            worked = true;
        }
        return worked;
    }

    private void run(
            FunctionState function, Block block, AbstractState state, @Nullable InsnFacts into) {
        for (int at = block.start(); at <= block.last(); at += Flow.slots(code, at)) {
            transfer.apply(at, state, function, into);
        }
    }

    private void record() {
        for (FunctionState function : functions.values()) {
            for (int number = 0; number < function.atBlock.length; number++) {
                AbstractState known = function.atBlock[number];
                if (known != null) {
                    run(function, function.graph.blocks().get(number), known.copy(), facts);
                }
            }
        }
    }

    /// A call reaches the function that begins at `entry`.
    void enter(int entry, AbstractState arguments) {
        FunctionState function = functions.get(entry);
        if (function != null) {
            function.flowTo(function.graph.entryBlock(), arguments);
        }
    }

    LinkedProgram program() {
        return program;
    }
}
