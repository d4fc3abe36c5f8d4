package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpProgram;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/// The ids of programs that bring none of their own, told apart by identity.
///
/// A program keeps its id as long as somebody has the program; afterwards nothing is left of it, so
/// that swapping programs for ever needs no memory.
///
/// Thread: any.
/// Kernel: `prog_idr` of kernel/bpf/syscall.c.
final class ProgramIds {
    private final Map<Key, Integer> ids = new HashMap<>();
    private final ReferenceQueue<XdpProgram> collected = new ReferenceQueue<>();
    private final IntSupplier next;

    /// @param next gives a new id
    ProgramIds(IntSupplier next) {
        this.next = next;
    }

    synchronized int idOf(XdpProgram program) {
        forgetCollected();
        return ids.computeIfAbsent(new Key(program, collected), _ -> next.getAsInt());
    }

    private void forgetCollected() {
        for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
            ids.remove(gone);
        }
    }

    /// Programs whose ids are remembered.
    synchronized int size() {
        forgetCollected();
        return ids.size();
    }

    /// Equal to keys of the same live program, and to itself.
    private static final class Key extends WeakReference<XdpProgram> {
        private final int hash;

        Key(XdpProgram program, ReferenceQueue<XdpProgram> collected) {
            super(program, collected);
            hash = System.identityHashCode(program);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            XdpProgram program = get();
            return this == other
                    || (other instanceof Key key && program != null && key.refersTo(program));
        }
    }
}
