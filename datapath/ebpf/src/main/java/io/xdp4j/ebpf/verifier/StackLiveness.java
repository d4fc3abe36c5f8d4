package io.xdp4j.ebpf.verifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        final int depth;
        final int subprogram;
        final int start;
        final int size;

        /// Who calls it, and at which instruction; null for an entry function.
        final @Nullable Instance caller;

        final int callsite;
        final List<Instance> callees = new ArrayList<>(0);
        final @Nullable Marks[] frames = new Marks[VerifierState.MAX_FRAMES];
        final boolean[] written;
        boolean updated;
        boolean writesDropped;

        Instance(@Nullable Instance caller, int callsite, int number, Subprogram function) {
            this.caller = caller;
            this.callsite = callsite;
            this.depth = caller == null ? 0 : caller.depth + 1;
            this.subprogram = number;
            this.start = function.start;
            this.size = function.end - function.start;
            this.written = new boolean[size];
        }

        /// The function that it calls there; null when none was met yet.
        @Nullable Instance callee(int callsite, int subprogram) {
            for (Instance callee : callees) {
                if (callee.callsite == callsite && callee.subprogram == subprogram) {
                    return callee;
                }
            }
            return null;
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
    private final @Nullable Instance[] entries;
    private final long[] writes = new long[VerifierState.MAX_FRAMES];
    private final Instance[] queried = new Instance[VerifierState.MAX_FRAMES];

    /// Successors of each instruction, -1 for none.
    private final int[] firstSuccessor;

    private final int[] secondSuccessor;
    private @Nullable Instance current;
    private int writeInsn;
    private int queriedDepth;
    private int queriedInsn;

    StackLiveness(Verification v, int[] postorder) {
        this.v = v;
        this.postorder = postorder;
        this.entries = new Instance[v.subprograms.count()];
        this.firstSuccessor = new int[v.insns.length];
        this.secondSuccessor = new int[v.insns.length];
        int[] next = new int[2];
        for (int insn : postorder) {
            int successors = ControlFlow.successors(v.insns, insn, next);
            firstSuccessor[insn] = successors > 0 ? next[0] : -1;
            secondSuccessor[insn] = successors > 1 ? next[1] : -1;
        }
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
        int number = state.frame(0).subprog;
        Instance at = entries[number];
        if (at == null) {
            at = new Instance(null, FrameState.NO_CALLSITE, number, v.subprograms.get(number));
            entries[number] = at;
        }
        for (int f = 1; f <= frame; f++) {
            at = called(at, state.frame(f));
        }
        return at;
    }

    private Instance called(Instance caller, FrameState frame) {
        Instance callee = caller.callee(frame.callsite, frame.subprog);
        if (callee == null) {
            callee =
                    new Instance(
                            caller,
                            frame.callsite,
                            frame.subprog,
                            v.subprograms.get(frame.subprog));
            caller.callees.add(callee);
        }
        return callee;
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
        int first = firstSuccessor[insn];
        if (first < 0) {
            return false;
        }
        long after = marks.liveBefore[first - start];
        long later = marks.mustWriteLater[first - start];
        int second = secondSuccessor[insn];
        if (second >= 0) {
            after |= marks.liveBefore[second - start];
            later &= marks.mustWriteLater[second - start];
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
        int callsite = instance.callsite;
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
            int callsite = queried[i + 1].callsite;
            int from = v.facts.callsCallback.get(callsite) ? callsite : callsite + 1;
            if (queried[i].isLiveBefore(from, frame, slot)) {
                return true;
            }
        }
        return false;
    }
}
