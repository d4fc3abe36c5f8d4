package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checkpoints: states from which all paths were, or are being, explored. A path that reaches one
/// it is covered by need not go on.
///
/// Kernel: `is_state_visited`.
final class ExploredStates {
    /// Checkpoints of one bucket from which on an ordinary user gets no more.
    private static final int MOST_WITHOUT_CAPABILITY = 64;

    private static final class Checkpoint {
        final VerifierState state;
        int misses;
        int hits;

        Checkpoint(VerifierState state) {
            this.state = state;
        }
    }

    private final Verification v;
    private final Precision precision;
    private final StackLiveness liveness;
    private final StateComparison comparison;
    private final LoopVisits loops;
    private final @Nullable Deque<Checkpoint>[] buckets;
    private final boolean everyPoint;
    private final Set<VerifierState> evicted = Collections.newSetFromMap(new IdentityHashMap<>());

    private int jumpsAtLast;
    private int insnsAtLast;

    int total;
    int held;
    int peak;
    int mostPerInsn;

    ExploredStates(Verification v, Precision precision, StackLiveness liveness, LoopVisits loops) {
        this.v = v;
        this.precision = precision;
        this.liveness = liveness;
        this.comparison = new StateComparison(v);
        this.loops = loops;
        this.everyPoint = v.hasFlag(LinkedProgram.Flag.TEST_STATE_FREQ);
        this.buckets = newBuckets(v.insns.length);
    }

    /// Forgets all checkpoints; another function is verified next.
    void clear() {
        Arrays.fill(buckets, null);
        evicted.clear();
        held = 0;
    }

    private Deque<Checkpoint> bucket(int insn) {
        int key = insn ^ v.frame().callsite;
        int number = (int) ((key & 0xffff_ffffL) % buckets.length);
        Deque<Checkpoint> bucket = buckets[number];
        if (bucket == null) {
            bucket = new ArrayDeque<>(2);
            buckets[number] = bucket;
        }
        return bucket;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // no arrays of generic types
    private static @Nullable Deque<Checkpoint>[] newBuckets(int count) {
        return new Deque[count];
    }

    private void updatePeak() {
        peak = Math.max(peak, held + evicted.size() + loops.held);
    }

    /// True when the current state is covered at `insn`; else it may become a checkpoint.
    boolean isCovered(int insn) {
        VerifierState current = v.state();
        boolean forced =
                everyPoint || v.facts.forcedCheckpoints.get(insn) || current.history.count() > 40;
        boolean add =
                forced || (v.jumpsProcessed - jumpsAtLast >= 2 && v.processed - insnsAtLast >= 8);
        Deque<Checkpoint> bucket = bucket(insn);
        clean(bucket, insn, current);
        int states = 0;
        for (Iterator<Checkpoint> each = bucket.iterator(); each.hasNext(); ) {
            Checkpoint checkpoint = each.next();
            states++;
            if (checkpoint.state.insn != insn) {
                continue;
            }
            Match match = compare(checkpoint.state, current, insn);
            if (match == Match.COVERED || match == Match.LOOP) {
                hit(checkpoint, current, insn, match == Match.LOOP);
                return true;
            }
            if (match == Match.BUSY && !forced && isSoon()) {
                add = false;
            }
            if (add) {
                checkpoint.misses++;
            }
            evictIfUseless(each, checkpoint, insn);
        }
        mostPerInsn = Math.max(mostPerInsn, states);
        if (add && (states <= MOST_WITHOUT_CAPABILITY || v.privilege.isCapable())) {
            addCheckpoint(bucket, current, insn);
        }
        return false;
    }

    private boolean isSoon() {
        return v.jumpsProcessed - jumpsAtLast < 20 && v.processed - insnsAtLast < 100;
    }

    private enum Match {
        COVERED,
        /// Covered by a checkpoint of a loop not yet done.
        LOOP,
        /// Not covered; the checkpoint's own paths are still being explored.
        BUSY,
        DIFFERENT
    }

    private Match compare(VerifierState old, VerifierState current, int insn) {
        if (old.branches > 0) {
            return compareBusy(old, current, insn);
        }
        boolean incomplete = loops.isIncomplete(old);
        StateComparison.Level level =
                incomplete ? StateComparison.Level.RANGE_WITHIN : StateComparison.Level.NOT_EXACT;
        if (!comparison.isSafe(old, current, level)) {
            return Match.DIFFERENT;
        }
        return incomplete ? Match.LOOP : Match.COVERED;
    }

    private boolean isWithin(VerifierState old, VerifierState current) {
        return comparison.isSafe(old, current, StateComparison.Level.RANGE_WITHIN);
    }

    private Match compareBusy(VerifierState old, VerifierState current, int insn) {
        FrameState frame = old.top();
        if (frame.inAsyncCallback && frame.asyncEntries != current.top().asyncEntries) {
            return Match.BUSY;
        }
        if (v.facts.iteratorNext.get(insn)) {
            return isWithin(old, current) && IteratorCheck.isActive(current)
                    ? Match.LOOP
                    : Match.BUSY;
        }
        if (isMayGoto(insn) && old.mayGotoDepth != current.mayGotoDepth && isWithin(old, current)) {
            return Match.LOOP;
        }
        if (v.facts.callsCallback.get(insn)) {
            return isWithin(old, current) ? Match.COVERED : Match.BUSY;
        }
        if (mayLoop(old, current)
                && comparison.isSafe(old, current, StateComparison.Level.EXACT)
                && !IteratorCheck.depthsDiffer(old, current)
                && old.mayGotoDepth == current.mayGotoDepth
                && old.callbackUnrollDepth == current.callbackUnrollDepth) {
            throw infiniteLoop(old, current, insn);
        }
        return Match.BUSY;
    }

    private boolean isMayGoto(int insn) {
        return v.insns[insn].opcode() == (Opcode.JMP | Opcode.JCOND);
    }

    private static boolean mayLoop(VerifierState old, VerifierState current) {
        if (old.depth() != current.depth()) {
            return false;
        }
        for (int r = 0; r < FrameState.REGISTERS; r++) {
            RegState a = old.top().reg(r);
            RegState b = current.top().reg(r);
            if (!a.sameValue(b) || a.id != b.id || a.refObjId != b.refObjId) {
                return false;
            }
        }
        return true;
    }

    private Rejection infiniteLoop(VerifierState old, VerifierState current, int insn) {
        v.printer.sourceLine(insn);
        Rejection why = v.reject(Errno.EINVAL, "infinite loop detected at insn %d", insn);
        v.log.say("cur state:");
        v.printer.state(current, current.depth(), true);
        v.log.say("old state:");
        v.printer.state(old, current.depth(), true);
        return why;
    }

    private void hit(Checkpoint checkpoint, VerifierState current, int insn, boolean loop) {
        checkpoint.hits++;
        if (v.facts.jumpPoints.get(v.insn)) {
            v.record(0, LinkedRegs.NONE);
        }
        precision.propagate(checkpoint.state, current);
        if (loop) {
            VerifierState edge = current.copy();
            edge.equalState = checkpoint.state;
            edge.insn = insn;
            loops.addBackEdge(checkpoint.state, edge);
            updatePeak();
        }
    }

    private void evictIfUseless(Iterator<Checkpoint> each, Checkpoint checkpoint, int insn) {
        int patience =
                v.facts.forcedCheckpoints.get(insn) && checkpoint.state.branches > 0 ? 64 : 3;
        if (checkpoint.misses > checkpoint.hits * patience + patience) {
            each.remove();
            held--;
            if (!isFreeable(checkpoint.state)) {
                evicted.add(checkpoint.state);
            }
        }
    }

    private boolean isFreeable(VerifierState state) {
        return state.branches == 0 && !loops.isIncomplete(state);
    }

    /// A state's last path was explored: an evicted checkpoint counts no longer.
    void release(VerifierState state) {
        if (isFreeable(state)) {
            evicted.remove(state);
        }
    }

    private void addCheckpoint(Deque<Checkpoint> bucket, VerifierState current, int insn) {
        total++;
        held++;
        updatePeak();
        jumpsAtLast = v.jumpsProcessed;
        insnsAtLast = v.processed;
        Precision.forget(current);
        VerifierState checkpoint = current.copy();
        checkpoint.insn = insn;
        loops.enter(checkpoint);
        current.parent = checkpoint;
        current.firstInsn = insn;
        current.history.clear();
        bucket.addFirst(new Checkpoint(checkpoint));
    }

    // ---- dead registers and slots of finished checkpoints

    private void clean(Deque<Checkpoint> bucket, int insn, VerifierState current) {
        for (Checkpoint checkpoint : bucket) {
            VerifierState state = checkpoint.state;
            if (state.branches > 0
                    || state.insn != insn
                    || state.cleaned
                    || !state.sameCallsites(current)
                    || loops.isIncomplete(state)) {
                continue;
            }
            clean(state);
        }
    }

    private void clean(VerifierState state) {
        liveness.query(state);
        state.cleaned = true;
        for (int f = 0; f <= state.depth(); f++) {
            FrameState frame = state.frame(f);
            int live = v.facts.liveRegs[state.insnOf(f)];
            for (int r = 0; r < FrameState.FP; r++) {
                if ((live >>> r & 1) == 0) {
                    frame.reg(r).markNotInit();
                }
            }
            for (int s = 0; s < frame.slotCount(); s++) {
                if (!liveness.isAlive(f, s)) {
                    frame.slot(s).clear();
                }
            }
        }
    }
}
