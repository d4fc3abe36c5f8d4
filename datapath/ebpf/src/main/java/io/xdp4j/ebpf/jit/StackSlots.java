package io.xdp4j.ebpf.jit;

import java.util.Map;
import java.util.TreeMap;

/// The stack slots of a function that live in JVM locals.
final class StackSlots {
    /// No slot does.
    static final StackSlots NONE = new StackSlots(Map.of());

    private final Map<Integer, Slot> slots;

    /// @param local number of the JVM local
    private record Slot(int size, int local) {}

    private StackSlots(Map<Integer, Slot> slots) {
        this.slots = slots;
    }

    /// Gives a local to each slot that a block of the function uses and that can have one.
    static StackSlots of(int[] accesses, InsnFacts facts, StackUse use, SizeOf sizes, Locals to) {
        TreeMap<Integer, Slot> slots = new TreeMap<>();
        for (int at : accesses) {
            int offset = facts.offset(at);
            int size = sizes.at(at);
            if (offset < 0
                    && offset != InsnFacts.NO_STACK
                    && use.isPromotable(offset, size)
                    && !slots.containsKey(offset)) {
                slots.put(offset, new Slot(size, to.newLocal()));
            }
        }
        return new StackSlots(slots);
    }

    /// Bytes that the access of an instruction has.
    @FunctionalInterface
    interface SizeOf {
        int at(int insn);
    }

    /// Hands out locals.
    @FunctionalInterface
    interface Locals {
        int newLocal();
    }

    boolean isLocal(int offset, int size) {
        Slot slot = slots.get(offset);
        return slot != null && slot.size == size;
    }

    int local(int offset) {
        Slot slot = slots.get(offset);
        if (slot == null) {
            throw new IllegalStateException("stack offset " + offset + " has no local");
        }
        return slot.local;
    }

    /// The locals, by ascending stack offset.
    int[] locals() {
        return slots.values().stream().mapToInt(Slot::local).toArray();
    }
}
