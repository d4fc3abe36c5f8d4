package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a register got its value: the instructions of a path that made it, found backwards.
///
/// Follows copies, constant sums, spills to the same frame, arguments and results of the program's
/// own functions. What it cannot follow ends it: better a short account than a wrong one.
final class Slice {
    private static final int CALLER_SAVED = 5;

    /// How the value came about at its start.
    enum Root {
        /// A word of the context; [#rootInsn] loads it.
        CONTEXT,
        /// Read from memory.
        LOADED,
        /// A constant.
        CONSTANT,
        /// What a call returned.
        RESULT,
        /// Lost in a call: r1 to r5 hold nothing after it.
        CLOBBERED,
        /// Given to the function.
        ARGUMENT,
        /// Something else, or not known.
        OTHER
    }

    private final Verification v;
    private final int[] path;

    /// Positions in the path that wrote the value, the last first.
    private final List<Integer> writes = new ArrayList<>();

    private Root root = Root.ARGUMENT;
    private int rootAt = -1;
    private int added;
    private boolean varies;
    private int packetMovedAt = -1;

    // what is tracked: a register, or where `slot` is below 0 a stack slot; and in which frame,
    // counted from the one at the end of the path
    private int reg;
    private int slot;
    private int frame;
    private int depth;

    private Slice(Verification v, int[] path) {
        this.v = v;
        this.path = path;
    }

    /// The making of `register` as it is before the instruction at `position` of the path.
    static Slice of(Verification v, int[] path, int position, int register) {
        Slice slice = new Slice(v, path);
        slice.reg = register;
        slice.walk(position - 1);
        return slice;
    }

    Root root() {
        return root;
    }

    /// Position in the path of the first write, -1 for none.
    int rootAt() {
        return rootAt;
    }

    /// Slot of the instruction that made the value, -1 for none.
    int rootInsn() {
        return rootAt < 0 ? -1 : path[rootAt];
    }

    /// Constants added on the way.
    int added() {
        return added;
    }

    /// True when a number was added that is no constant of the code.
    boolean varies() {
        return varies;
    }

    /// Position of the last call, after the value was made, that may move the packet; -1 for none.
    int packetMovedAt() {
        return packetMovedAt;
    }

    /// Positions of the instructions that made the value, the first first.
    List<Integer> writes() {
        List<Integer> forward = new ArrayList<>(writes);
        Collections.reverse(forward);
        return forward;
    }

    /// The word of the context that the value was loaded from, -1 for none.
    int contextField() {
        return root == Root.CONTEXT ? v.insns[rootInsn()].off() : -1;
    }

    private void walk(int from) {
        for (int i = from; i >= 0; i--) {
            if (!step(i)) {
                return;
            }
        }
    }

    /// False when the value's start was found.
    private boolean step(int position) {
        Insn insn = v.insns[path[position]];
        if (isExit(insn)) {
            depth++;
            if (slot == 0 && reg == 0 && frame == depth - 1) {
                frame = depth;
            }
            return true;
        }
        if (insn.opcode() == (Opcode.JMP | Opcode.CALL)) {
            return call(position, insn);
        }
        if (frame != depth) {
            return true;
        }
        return slot < 0 ? store(position, insn) : write(position, insn);
    }

    private static boolean isExit(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.EXIT);
    }

    private boolean call(int position, Insn insn) {
        if (insn.src() == Opcode.PSEUDO_CALL && isEntered(position)) {
            boolean argument = frame == depth && slot == 0 && reg >= 1 && reg <= CALLER_SAVED;
            if (frame == depth && !argument) {
                return end(Root.OTHER, position);
            }
            depth--;
            if (argument) {
                frame = depth;
                writes.add(position);
            }
            return true;
        }
        if (packetMovedAt < 0 && movesPacket(position, insn)) {
            packetMovedAt = position;
        }
        if (frame == depth && slot == 0 && reg <= CALLER_SAVED) {
            writes.add(position);
            return end(reg == 0 ? Root.RESULT : Root.CLOBBERED, position);
        }
        return true;
    }

    private boolean isEntered(int position) {
        return position + 1 < path.length && path[position + 1] != path[position] + 1;
    }

    private boolean movesPacket(int position, Insn insn) {
        if (insn.src() == Opcode.PSEUDO_CALL) {
            int subprogram = v.subprograms.startingAt(path[position] + insn.imm() + 1);
            return subprogram >= 0 && v.subprograms.get(subprogram).changesPacket;
        }
        HelperProto proto = insn.src() == Opcode.HELPER_CALL ? v.rules.helper(insn.imm()) : null;
        return proto != null && proto.has(HelperProto.Trait.CHANGES_PACKET);
    }

    private boolean end(Root how, int position) {
        root = how;
        rootAt = position;
        return false;
    }

    private boolean write(int position, Insn insn) {
        return switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> insn.dst() != reg || arithmetic(position, insn);
            case Opcode.LDX -> insn.dst() != reg || load(position, insn);
            case Opcode.LD ->
                    insn.dst() != reg || !insn.isLoadImm64() || endWith(Root.CONSTANT, position);
            case Opcode.STX -> !fetches(insn) || endWith(Root.LOADED, position);
            default -> true;
        };
    }

    private boolean fetches(Insn insn) {
        return (insn.opcode() & 0xe0) == Opcode.ATOMIC
                && (insn.imm() & Opcode.FETCH) != 0
                && (insn.imm() == Opcode.CMPXCHG ? reg == 0 : insn.src() == reg);
    }

    private boolean endWith(Root how, int position) {
        writes.add(position);
        return end(how, position);
    }

    private boolean arithmetic(int position, Insn insn) {
        int operation = insn.opcode() & 0xf0;
        boolean register = (insn.opcode() & Opcode.X) != 0;
        writes.add(position);
        if (operation == Opcode.MOV) {
            if (!register) {
                return end(Root.CONSTANT, position);
            }
            reg = insn.src();
            return true;
        }
        boolean wide = insn.opClass() == Opcode.ALU64;
        if (wide && operation == Opcode.ADD && !register) {
            added += insn.imm();
        } else if (wide && operation == Opcode.ADD) {
            varies = true;
            followPointer(position, insn);
        } else {
            varies = true;
        }
        return true;
    }

    /// Of a sum of pointer and number the pointer is followed.
    private void followPointer(int position, Insn insn) {
        Slice other = of(v, path, position, insn.src());
        if (other.root == Root.CONTEXT && isPacketWord(other.contextField())) {
            reg = insn.src();
        }
    }

    private static boolean isPacketWord(int field) {
        return field == 0 || field == 8;
    }

    private boolean load(int position, Insn insn) {
        writes.add(position);
        if (insn.src() == FrameState.FP) {
            slot = insn.off();
            return true;
        }
        boolean context = v.facts.pointerType[path[position]] == RegType.CTX;
        return end(context ? Root.CONTEXT : Root.LOADED, position);
    }

    private boolean store(int position, Insn insn) {
        boolean stores =
                (insn.opClass() == Opcode.STX || insn.opClass() == Opcode.ST)
                        && insn.dst() == FrameState.FP
                        && insn.off() == slot;
        if (!stores) {
            return true;
        }
        writes.add(position);
        if (insn.opClass() == Opcode.ST) {
            return end(Root.CONSTANT, position);
        }
        if ((insn.opcode() & 0xe0) == Opcode.ATOMIC) {
            return end(Root.OTHER, position);
        }
        slot = 0;
        reg = insn.src();
        return true;
    }

    /// The helper that the value comes from, or null.
    @Nullable HelperProto helper() {
        if (root != Root.RESULT) {
            return null;
        }
        Insn call = v.insns[rootInsn()];
        return call.src() == Opcode.HELPER_CALL ? v.rules.helper(call.imm()) : null;
    }
}
