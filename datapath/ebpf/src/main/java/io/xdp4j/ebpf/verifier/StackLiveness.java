package io.xdp4j.ebpf.verifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which stack slots may still be read, for each call chain: dead ones do not keep states apart.
///
/// Reads and writes of slots are gathered as paths are followed; before a question is asked, they
/// are propagated backwards through each function, and from a function's entry to the call.
///
/// Kernel: kernel/bpf/liveness.c, 6.18.
final class StackLiveness {
    /// Marks of all instructions of one function for one frame on the call chain.
    private static final class Marks {
        final long[] mayRead;
        final long[] mustWrite;
        final long[] mustWriteLater;
        final long[] liveBefore;

        Marks(int insns) {
            mayRead = new long[insns];
            mustWrite = new long[insns];
            mustWriteLater = new long[insns];
            liveBefore = new long[insns];
        }
    }

    /// A function as called along one chain of call sites.
    private static final class Instance {
        final List<Integer> chain;
        final int depth;
        final int subprogram;
        final int start;
        final int size;
        final @Nullable Marks[] frames = new Marks[VerifierState.MAX_FRAMES];
        final boolean[] written;
        @Nullable Instance caller;
        boolean updated;
        boolean writesDropped;

        Instance(List<Integer> chain, int subprogram, int start, int size) {
            this.chain = chain;
            this.depth = chain.size() - 1;
            this.subprogram = subprogram;
            this.start = start;
            this.size = size;
            this.written = new boolean[size];
        }

        Marks marks(int frame) {
            Marks marks = frames[frame];
            if (marks == null) {
                marks = new Marks(size);
                frames[frame] = marks;
            }
            return marks;
        }

        boolean isLiveBefore(int insn, int frame, int slot) {
            Marks marks = frames[frame];
            return marks != null && (marks.liveBefore[insn - start] >>> slot & 1) != 0;
        }
    }

    private final Verification v;
    private final int[] postorder;
    private final Map<List<Integer>, Instance> instances = new HashMap<>();
    private final long[] writes = new long[VerifierState.MAX_FRAMES];
    private final Instance[] queried = new Instance[VerifierState.MAX_FRAMES];
    private final int[] next = new int[2];
    private @Nullable Instance current;
    private int writeInsn;
    private int queriedDepth;
    private int queriedInsn;

    StackLiveness(Verification v, int[] postorder) {
        this.v = v;
        this.postorder = postorder;
    }

    /// The next instruction may belong to another chain.
    void forgetChain() {
        current = null;
    }

    void beginInsn(int insn) {
        begin(instance(), insn);
    }

    private void begin(Instance instance, int insn) {
        writeInsn = insn;
        Arrays.fill(writes, 0, instance.depth + 1, 0);
    }

    void read(int frame, int slot) {
        markRead(instance(), frame, v.insn, 1L << slot);
    }

    /// A slot of which all bytes are written by the instruction at hand.
    void write(int frame, int slot) {
        writes[frame] |= 1L << slot;
    }

    void endInsn() {
        Instance instance = current;
        if (instance != null) {
            commit(instance);
        }
    }

    private Instance instance() {
        Instance instance = current;
        if (instance == null) {
            instance = lookup(v.state(), v.state().depth());
            current = instance;
        }
        return instance;
    }

    private Instance lookup(VerifierState state, int frame) {
        List<Integer> chain = new ArrayList<>(frame + 1);
        for (int i = 0; i < frame; i++) {
            chain.add(state.frame(i + 1).callsite);
        }
        int subprogram = state.frame(frame).subprog;
        Subprogram function = v.subprograms.get(subprogram);
        chain.add(function.start);
        Instance found = instances.get(chain);
        if (found == null) {
            found = new Instance(chain, subprogram, function.start, function.end - function.start);
            instances.put(chain, found);
            if (frame > 0) {
                found.caller = lookup(state, frame - 1);
            }
        }
        return found;
    }

    private static void markRead(Instance instance, int frame, int insn, long mask) {
        Marks marks = instance.marks(frame);
        int at = insn - instance.start;
        long before = marks.mayRead[at];
        long after = before | mask;
        if (after != before && (after | marks.liveBefore[at]) != marks.liveBefore[at]) {
            instance.updated = true;
        }
        marks.mayRead[at] = after;
    }

    private void commit(Instance instance) {
        int at = writeInsn - instance.start;
        boolean seen = instance.written[at];
        for (int frame = 0; frame <= instance.depth; frame++) {
            long mask = writes[frame];
            if (mask == 0 && !seen) {
                continue;
            }
            Marks marks = instance.marks(frame);
            // the kernel keeps the former mask in 32 bits
            long before = marks.mustWrite[at] & 0xffff_ffffL;
            if (seen) {
                mask &= before;
            }
            if (before != mask) {
                marks.mustWrite[at] = mask;
                instance.updated = true;
            }
            if ((before & ~mask) != 0) {
                instance.writesDropped = true;
            }
        }
        instance.written[at] = true;
        writeInsn = 0;
    }

    /// Propagates what was gathered along the call chain of the current state.
    void update() {
        current = null;
        VerifierState state = v.state();
        for (int frame = state.depth(); frame >= 0; frame--) {
            Instance instance = lookup(state, frame);
            if (instance.updated) {
                propagate(instance);
                instance.updated = false;
                instance.writesDropped = false;
            }
        }
    }

    private void propagate(Instance instance) {
        if (instance.writesDropped) {
            for (int frame = 0; frame <= instance.depth; frame++) {
                Marks marks = instance.frames[frame];
                if (marks != null) {
                    Arrays.fill(marks.mustWriteLater, 0);
                }
            }
        }
        Subprogram function = v.subprograms.get(instance.subprogram);
        boolean changed;
        do {
            changed = false;
            for (int frame = 0; frame <= instance.depth; frame++) {
                Marks marks = instance.frames[frame];
                if (marks == null) {
                    continue;
                }
                for (int i = function.postorderStart; i < function.postorderEnd; i++) {
                    changed |= update(marks, instance.start, postorder[i]);
                }
            }
        } while (changed);
        if (instance.depth > 0) {
            propagateToCaller(instance);
        }
    }

    private boolean update(Marks marks, int start, int insn) {
        int successors = ControlFlow.successors(v.insns, insn, next);
        if (successors == 0) {
            return false;
        }
        long after = 0;
        long later = -1;
        for (int i = 0; i < successors; i++) {
            after |= marks.liveBefore[next[i] - start];
            later &= marks.mustWriteLater[next[i] - start];
        }
        if (v.isTailCall(insn)) {
            later = 0; // nothing behind it may run
        }
        int at = insn - start;
        later |= marks.mustWrite[at];
        long before = (after & ~marks.mustWrite[at]) | marks.mayRead[at];
        boolean changed = before != marks.liveBefore[at] || later != marks.mustWriteLater[at];
        marks.liveBefore[at] = before;
        marks.mustWriteLater[at] = later;
        return changed;
    }

    private void propagateToCaller(Instance instance) {
        Instance caller = instance.caller;
        if (caller == null) {
            throw new IllegalStateException("a call chain has no caller");
        }
        int callsite = instance.chain.get(instance.depth - 1);
        begin(caller, callsite);
        for (int frame = 0; frame < instance.depth; frame++) {
            Marks marks = instance.frames[frame];
            if (marks != null) {
                writes[frame] |= marks.mustWriteLater[0];
                markRead(caller, frame, callsite, marks.liveBefore[0]);
            }
        }
        commit(caller);
    }

    /// Prepares for [#isAlive] on a checkpoint.
    void query(VerifierState state) {
        for (int frame = 0; frame <= state.depth(); frame++) {
            queried[frame] = lookup(state, frame);
        }
        queriedDepth = state.depth();
        queriedInsn = state.insn;
    }

    /// True when some path from the checkpoint may read the slot.
    boolean isAlive(int frame, int slot) {
        Instance innermost = queried[queriedDepth];
        if (innermost.isLiveBefore(queriedInsn, frame, slot)) {
            return true;
        }
        for (int i = frame; i < queriedDepth; i++) {
            int callsite = innermost.chain.get(i);
            int from = v.facts.callsCallback.get(callsite) ? callsite : callsite + 1;
            if (queried[i].isLiveBefore(from, frame, slot)) {
                return true;
            }
        }
        return false;
    }
}
