package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What a function carries from block to block: r0 to r9, promoted stack slots, the rounds that
/// `may_goto` has left. Each has a number, registers their own; that of r10, which is computed
/// wherever it is needed, is never live.
///
/// Uses err on the side of too many.
final class Variables {
    private static final int REGISTERS = 11;

    /// Slots promoted at most, so that a region's parameters fit a method.
    private static final int MAX_SLOTS = 96;

    private final Insn[] insns;
    private final InsnFacts facts;
    private final NavigableMap<Integer, Integer> slots;
    private final boolean countsRounds;

    /// @param promotes false when every stack access is to be made in memory
    Variables(Insn[] insns, FlowGraph graph, InsnFacts facts, StackUse stack, boolean promotes) {
        this.insns = insns;
        this.facts = facts;
        this.slots = promotes ? stack.promotable(MAX_SLOTS) : new TreeMap<>();
        this.countsRounds = graph.insns(insns).anyMatch(at -> isMayGoto(insns[at]));
    }

    /// Bytes that a load or store touches; 0 for anything else.
    private static int accessSize(Insn insn) {
        return switch (insn.opClass()) {
            case Opcode.LDX, Opcode.ST, Opcode.STX -> Transfer.size(insn);
            default -> 0;
        };
    }

    static boolean isMayGoto(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.JCOND);
    }

    int count() {
        return REGISTERS + slots.size() + (countsRounds ? 1 : 0);
    }

    /// The variable that counts the rounds left, or -1 without `may_goto`.
    int rounds() {
        return countsRounds ? count() - 1 : -1;
    }

    /// The variable of the slot at that offset.
    private int variableOf(int offset) {
        return REGISTERS + slots.headMap(offset).size();
    }

    /// The variable that the access of an instruction goes to, or -1.
    int slotOf(int at) {
        int size = accessSize(insns[at]);
        int offset = facts.offset(at);
        Integer slot = size == 0 ? null : slots.get(offset);
        return slot != null && slot == size ? variableOf(offset) : -1;
    }

    /// A slot that a key is made of.
    ///
    /// @param at where it begins, from the key's first byte
    record Piece(int variable, int at, int size) {}

    /// What the key of a look-up is made of, or nothing when it is in memory.
    List<Piece> keyOf(int at) {
        int size = facts.keySize(at);
        int offset = facts.offset(at);
        if (size == 0 || !StackUse.isMadeOf(slots, offset, size)) {
            return List.of();
        }
        List<Piece> pieces = new ArrayList<>();
        slots.subMap(slots.floorKey(offset), offset + size)
                .forEach((slot, bytes) ->
                        pieces.add(new Piece(variableOf(slot), slot - offset, bytes)));
        return pieces;
    }

    // ---- liveness

    /// Turns what is live behind an instruction into what is live before it.
    void stepBack(int at, BitSet live) {
        Insn insn = insns[at];
        switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> alu(insn, live);
            case Opcode.LD -> live.clear(insn.dst());
            case Opcode.LDX -> {
                live.clear(insn.dst());
                useAddress(at, insn.src(), live);
            }
            case Opcode.ST, Opcode.STX -> store(at, insn, live);
            default -> jump(at, insn, live);
        }
        live.clear(Opcode.FP);
        if (countsRounds) {
            live.set(rounds());
        }
    }

    private void useAddress(int at, int base, BitSet live) {
        int slot = slotOf(at);
        if (slot >= 0) {
            live.set(slot);
        } else {
            use(base, live);
        }
    }

    private static void use(int register, BitSet live) {
        if (register < Opcode.FP) {
            live.set(register);
        }
    }

    private static void alu(Insn insn, BitSet live) {
        boolean register = (insn.opcode() & Opcode.X) != 0;
        int op = insn.opcode() & 0xf0;
        if (op == Opcode.MOV) {
            live.clear(insn.dst());
        } else {
            use(insn.dst(), live);
        }
        if (register && op != Opcode.END) {
            use(insn.src(), live);
        }
    }

    private void store(int at, Insn insn, BitSet live) {
        boolean atomic = (insn.opcode() & 0xe0) == Opcode.ATOMIC;
        int slot = slotOf(at);
        if (slot >= 0 && !atomic) {
            live.clear(slot);
        } else {
            use(insn.dst(), live);
        }
        if (insn.opClass() == Opcode.STX) {
            use(insn.src(), live);
        }
        if (atomic && insn.imm() == Opcode.CMPXCHG) {
            live.set(0);
        }
    }

    private void jump(int at, Insn insn, BitSet live) {
        int op = insn.opcode() & 0xf0;
        if (op == Opcode.EXIT) {
            live.clear();
            live.set(0);
        } else if (op == Opcode.CALL) {
            live.clear(0);
            live.set(1, 6);
            if ((insn.opcode() & Opcode.X) != 0) {
                use(insn.dst(), live);
            }
            keyOf(at).forEach(piece -> live.set(piece.variable()));
        } else if (op != Opcode.JA) {
            use(insn.dst(), live);
            if ((insn.opcode() & Opcode.X) != 0) {
                use(insn.src(), live);
            }
        }
    }
}
