package io.xdp4j.ebpf.verifier;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Loops being explored: while a loop is not done, the precision marks of its checkpoints are
/// incomplete; back edges found equal are kept until then.
///
/// A visit belongs to the call sites that lead to the loop and the loop's component.
///
/// Kernel: `struct bpf_scc_visit`, `maybe_enter_scc`, `maybe_exit_scc`, `propagate_backedges`.
final class LoopVisits {
    private static final int MAX_ROUNDS = 64;

    private static final class Visit {
        @Nullable VerifierState entry;
        List<VerifierState> backEdges = new ArrayList<>();
    }

    private final Verification v;
    private final Precision precision;
    private final Map<List<Integer>, Visit> visits = new HashMap<>();

    /// Back edges held at the moment.
    int held;

    LoopVisits(Verification v, Precision precision) {
        this.v = v;
        this.precision = precision;
    }

    void clear() {
        visits.clear();
        held = 0;
    }

    /// The call sites and component of the outermost loop that the state is in, or null.
    private @Nullable List<Integer> chain(VerifierState state) {
        if (!isInLoop(state)) {
            return null;
        }
        List<Integer> chain = new ArrayList<>(state.depth() + 1);
        for (int f = 0; f <= state.depth(); f++) {
            int insn = state.insnOf(f);
            int component = v.facts.component[insn];
            if (component != 0) {
                chain.add(-component);
                return chain;
            }
            chain.add(insn);
        }
        return null;
    }

    private boolean isInLoop(VerifierState state) {
        for (int f = 0; f <= state.depth(); f++) {
            if (v.facts.component[state.insnOf(f)] != 0) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Visit find(VerifierState state) {
        if (visits.isEmpty()) {
            return null;
        }
        List<Integer> chain = chain(state);
        return chain == null ? null : visits.get(chain);
    }

    /// Call sites and component in the log: `SCC enter (12,1)`.
    private void trace(String what, @Nullable List<Integer> chain) {
        if (v.log.tracesAll() && chain != null) {
            v.log.say(
                    "SCC %s %s\n",
                    what,
                    chain.stream()
                            .map(each -> Integer.toString(Math.abs(each)))
                            .collect(Collectors.joining(",", "(", ")")));
        }
    }

    void enter(VerifierState checkpoint) {
        List<Integer> chain = chain(checkpoint);
        if (chain == null) {
            return;
        }
        Visit visit = visits.computeIfAbsent(chain, _ -> new Visit());
        if (visit.entry == null) {
            visit.entry = checkpoint;
            trace("enter", chain);
        }
    }

    /// All paths from a state are explored: when it is where the loop was entered, the loop is done.
    void exit(VerifierState state) {
        Visit visit = find(state);
        if (visit == null || visit.entry != state) {
            return;
        }
        visit.entry = null;
        trace("exit", chain(state));
        held -= visit.backEdges.size();
        propagate(visit);
    }

    void addBackEdge(VerifierState checkpoint, VerifierState edge) {
        Visit visit = find(checkpoint);
        if (visit == null) {
            throw new IllegalStateException("a back edge outside of any loop");
        }
        trace("backedge", chain(checkpoint));
        visit.backEdges.addFirst(edge);
        held++;
    }

    boolean isIncomplete(VerifierState state) {
        Visit visit = find(state);
        return visit != null && !visit.backEdges.isEmpty();
    }

    private void propagate(Visit visit) {
        boolean changed = true;
        for (int round = 0; changed; round++) {
            if (round >= MAX_ROUNDS) {
                for (VerifierState edge : visit.backEdges) {
                    precision.markAll(edge);
                }
                break;
            }
            changed = false;
            for (VerifierState edge : visit.backEdges) {
                VerifierState equal = edge.equalState;
                changed |= equal != null && precision.propagate(equal, edge);
            }
        }
        visit.backEdges = new ArrayList<>();
    }
}
