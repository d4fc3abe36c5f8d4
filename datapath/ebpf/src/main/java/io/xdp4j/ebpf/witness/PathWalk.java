package io.xdp4j.ebpf.witness;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Follows a path with concrete values, and changes packet bytes and map values so that its branches
/// go the path's way.
///
/// A number remembers the bytes it was read from and what was done to it; where a branch would go
/// wrong, bytes are looked for that send it right. What it cannot compute it does not know, and
/// branches on that are left to chance.
final class PathWalk {
    private static final int FP = 10;
    private static final int LOOKUP = 1;
    private static final int STACK_BYTES = 512;

    /// Larger expressions are not worth solving.
    private static final int MOST_NODES = 64;

    private enum Kind {
        UNKNOWN,
        NUMBER,
        PACKET,
        PACKET_END,
        CONTEXT,
        STACK,
        MAP,
        VALUE
    }

    /// @param number value, or offset of a pointer
    private record Value(Kind kind, long number, @Nullable Expression origin, @Nullable Object of) {
        static final Value UNKNOWN = new Value(Kind.UNKNOWN, 0, null, null);

        static Value number(long number) {
            return new Value(Kind.NUMBER, number, null, null);
        }

        Value at(long offset) {
            return new Value(kind, offset, null, of);
        }
    }

    /// A key that the path looks up in a map, and what it found.
    static final class Lookup {
        private final BpfMap map;
        private final byte @Nullable [] key;
        private final byte[] value;
        private final boolean[] decided;
        private boolean present;

        Lookup(BpfMap map, byte @Nullable [] key) {
            this.map = map;
            this.key = key;
            this.value = new byte[map.valueSize()];
            this.decided = new boolean[value.length];
        }

        BpfMap map() {
            return map;
        }

        byte @Nullable [] key() {
            return key;
        }

        byte[] value() {
            return value;
        }

        boolean isPresent() {
            return present;
        }

        /// Gives the bytes that no branch depends on any value.
        void fillRest(byte[] bytes, Random random) {
            for (int i = 0; i < bytes.length; i++) {
                if (!decided[i]) {
                    bytes[i] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
                }
            }
        }
    }

    private static final class Frame {
        final Value[] regs = new Value[FP + 1];
        final Value[] slots = new Value[STACK_BYTES / 8];
        final byte[] stack = new byte[STACK_BYTES];

        Frame() {
            Arrays.fill(regs, Value.UNKNOWN);
            Arrays.fill(slots, Value.UNKNOWN);
            regs[FP] = new Value(Kind.STACK, 0, null, this);
        }
    }

    private final LinkedProgram program;
    private final List<Insn> insns;
    private final List<Integer> path;
    private final byte[] packet;
    private final Random random;
    private final List<Lookup> lookups = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    private Frame frame = new Frame();
    private int shortest;
    private int longest = Integer.MAX_VALUE;

    /// @param packet changed on the way
    PathWalk(LinkedProgram program, List<Integer> path, byte[] packet, Random random) {
        this.program = program;
        this.insns = program.insns();
        this.path = path;
        this.packet = packet;
        this.random = random;
        frame.regs[1] = new Value(Kind.CONTEXT, 0, null, null);
    }

    /// The fewest bytes of packet that the path's checks let pass.
    int shortest() {
        return shortest;
    }

    int longest() {
        return longest;
    }

    List<Lookup> lookups() {
        return lookups;
    }

    void follow() {
        for (int i = 0; i + 1 < path.size(); i++) {
            int at = path.get(i);
            step(at, insns.get(at), path.get(i + 1));
        }
    }

    private void step(int at, Insn insn, int next) {
        switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> set(insn.dst(), arithmetic(insn));
            case Opcode.LDX -> set(insn.dst(), load(insn));
            case Opcode.LD -> set(insn.dst(), constant(at, insn));
            case Opcode.ST, Opcode.STX -> store(insn);
            default -> jump(at, insn, next);
        }
    }

    private Value reg(int number) {
        return frame.regs[number];
    }

    private void set(int number, Value value) {
        if (number < FP) {
            frame.regs[number] = value;
        }
    }

    // ---- arithmetic

    private Value arithmetic(Insn insn) {
        Value dst = reg(insn.dst());
        int operation = insn.opcode() & 0xf0;
        boolean register = (insn.opcode() & Opcode.X) != 0 && operation != Opcode.END;
        Value src = register ? reg(insn.src()) : Value.number(insn.imm());
        boolean wide = insn.opClass() == Opcode.ALU64;
        if (operation == Opcode.MOV && wide && insn.off() == 0) {
            return src;
        }
        if (wide && dst.kind != Kind.NUMBER && src.kind == Kind.NUMBER) {
            return moved(dst, operation, src.number);
        }
        if (wide && operation == Opcode.ADD && dst.kind == Kind.NUMBER && src.kind != Kind.NUMBER) {
            return moved(src, operation, dst.number);
        }
        if (operation == Opcode.MOV) {
            dst = src;
        }
        if (dst.kind != Kind.NUMBER || src.kind != Kind.NUMBER) {
            return Value.UNKNOWN;
        }
        return changed(dst, src, insn, register && operation != Opcode.MOV);
    }

    private static Value moved(Value pointer, int operation, long by) {
        return switch (operation) {
            case Opcode.ADD -> pointer.at(pointer.number + by);
            case Opcode.SUB -> pointer.at(pointer.number - by);
            default -> Value.UNKNOWN;
        };
    }

    private static Value changed(Value dst, Value src, Insn change, boolean binary) {
        Expression left = dst.origin;
        Expression right = binary ? src.origin : null;
        long number = Numbers.apply(dst.number, binary ? src.number : change.imm(), change);
        if (left == null && right == null) {
            return Value.number(number);
        }
        Expression now =
                new Expression.Change(
                        change,
                        left == null ? new Expression.Constant(dst.number) : left,
                        right == null
                                ? new Expression.Constant(binary ? src.number : change.imm())
                                : right);
        return new Value(Kind.NUMBER, number, now.size() > MOST_NODES ? null : now, null);
    }

    private Value constant(int at, Insn insn) {
        if (insn.src() == Opcode.PSEUDO_MAP_FD) {
            BpfMap map = program.mapAt(insn.imm());
            return map == null ? Value.UNKNOWN : new Value(Kind.MAP, 0, null, map);
        }
        if (insn.src() != 0 || !insn.isLoadImm64()) {
            return Value.UNKNOWN;
        }
        return Value.number(insn.imm64(insns.get(at + 1)));
    }

    // ---- memory

    private static int size(Insn insn) {
        return switch (insn.opcode() & 0x18) {
            case Opcode.W -> 4;
            case Opcode.H -> 2;
            case Opcode.B -> 1;
            default -> 8;
        };
    }

    private Value load(Insn insn) {
        Value base = reg(insn.src());
        long at = base.number + insn.off();
        int size = size(insn);
        boolean signed = (insn.opcode() & 0xe0) == Opcode.MEMSX;
        return switch (base.kind) {
            case CONTEXT -> word((int) at);
            case PACKET -> bytes(packet, at, size, signed);
            case VALUE ->
                    base.of instanceof Lookup l ? bytes(l.value, at, size, signed) : Value.UNKNOWN;
            case STACK -> base.of instanceof Frame f ? slot(f, at, size, signed) : Value.UNKNOWN;
            default -> Value.UNKNOWN;
        };
    }

    private static Value word(int offset) {
        return switch (offset) {
            case 0, 8 -> new Value(Kind.PACKET, 0, null, null);
            case 4 -> new Value(Kind.PACKET_END, 0, null, null);
            case 12 -> Value.number(1);
            case 16, 20 -> Value.number(0);
            default -> Value.UNKNOWN;
        };
    }

    private static Value bytes(byte[] bytes, long at, int size, boolean signed) {
        if (at < 0 || at + size > bytes.length) {
            return Value.UNKNOWN;
        }
        Expression read = new Expression.Read(bytes, (int) at, size, signed);
        return new Value(Kind.NUMBER, read.value(), read, null);
    }

    private static Value slot(Frame of, long at, int size, boolean signed) {
        if (at < -STACK_BYTES || at + size > 0) {
            return Value.UNKNOWN;
        }
        Value whole = of.slots[(int) (-at - 1) / 8];
        if (at % 8 == 0
                && (size == 8 || (whole.kind == Kind.NUMBER && whole.number >>> (size * 8) == 0))) {
            return whole;
        }
        if (whole.kind != Kind.NUMBER && whole.kind != Kind.UNKNOWN) {
            return Value.UNKNOWN;
        }
        return Value.number(Numbers.read(of.stack, (int) at + STACK_BYTES, size, signed));
    }

    private void store(Insn insn) {
        Value base = reg(insn.dst());
        long at = base.number + insn.off();
        int size = size(insn);
        boolean plain = (insn.opcode() & 0xe0) == Opcode.MEM;
        if (base.kind != Kind.STACK
                || !(base.of instanceof Frame of)
                || at < -STACK_BYTES
                || at + size > 0) {
            return;
        }
        Value value =
                !plain
                        ? Value.UNKNOWN
                        : insn.opClass() == Opcode.ST ? Value.number(insn.imm()) : reg(insn.src());
        if (value.kind == Kind.NUMBER) {
            Numbers.write(of.stack, (int) at + STACK_BYTES, size, value.number);
        }
        of.slots[(int) (-at - 1) / 8] = at % 8 == 0 ? value : Value.UNKNOWN;
    }

    // ---- jumps and calls

    private void jump(int at, Insn insn, int next) {
        switch (insn.opcode() & 0xf0) {
            case Opcode.CALL -> call(at, insn, next);
            case Opcode.EXIT -> {
                if (!frames.isEmpty()) {
                    Value result = reg(0);
                    frame = frames.removeLast();
                    clobber();
                    set(0, result);
                }
            }
            case Opcode.JA -> {}
            default -> branch(insn, next != at + 1);
        }
    }

    private void clobber() {
        for (int r = 0; r <= 5; r++) {
            frame.regs[r] = Value.UNKNOWN;
        }
    }

    private void call(int at, Insn insn, int next) {
        if (insn.src() == Opcode.PSEUDO_CALL && next != at + 1) {
            Frame callee = new Frame();
            System.arraycopy(frame.regs, 1, callee.regs, 1, 5);
            frames.add(frame);
            frame = callee;
            return;
        }
        Value result = Value.UNKNOWN;
        if (insn.src() == Opcode.HELPER_CALL && insn.imm() == LOOKUP) {
            result = lookup(reg(1), reg(2));
        }
        clobber();
        set(0, result);
    }

    private Value lookup(Value map, Value key) {
        if (!(map.of instanceof BpfMap of)) {
            return Value.UNKNOWN;
        }
        byte[] bytes = null;
        if (key.kind == Kind.STACK && key.of instanceof Frame in) {
            int from = (int) key.number + STACK_BYTES;
            if (from >= 0 && from + of.keySize() <= STACK_BYTES) {
                bytes = Arrays.copyOfRange(in.stack, from, from + of.keySize());
            }
        }
        Lookup lookup = new Lookup(of, bytes);
        lookup.present = of.type() == MapType.ARRAY;
        lookups.add(lookup);
        return new Value(Kind.VALUE, 0, null, lookup);
    }

    private void branch(Insn insn, boolean taken) {
        boolean register = (insn.opcode() & Opcode.X) != 0;
        Value dst = reg(insn.dst());
        Value src = register ? reg(insn.src()) : Value.number(insn.imm());
        if (dst.kind == Kind.VALUE && src.kind == Kind.NUMBER && dst.of instanceof Lookup lookup) {
            boolean equal = (insn.opcode() & 0xf0) == Opcode.JEQ;
            lookup.present = equal != taken;
        } else if (dst.kind == Kind.PACKET && src.kind == Kind.PACKET_END) {
            length(insn, dst.number, taken, false);
        } else if (dst.kind == Kind.PACKET_END && src.kind == Kind.PACKET) {
            length(insn, src.number, taken, true);
        } else if (dst.kind == Kind.NUMBER && src.kind == Kind.NUMBER) {
            compare(insn, dst, src, taken);
        }
    }

    /// What a comparison with the packet's end says of its length.
    private void length(Insn insn, long bytes, boolean taken, boolean endFirst) {
        int n = (int) Math.max(0, Math.min(bytes, 1 << 16));
        int operation = insn.opcode() & 0xf0;
        boolean greater = operation == Opcode.JGT || operation == Opcode.JGE;
        boolean orEqual = operation == Opcode.JGE || operation == Opcode.JLE;
        boolean beyond = greater != endFirst; // the sum is above the end, when taken
        if (beyond == taken) {
            boolean equalToo = orEqual == taken;
            longest = Math.min(longest, equalToo ? n : n - 1);
        } else {
            boolean equalToo = orEqual == taken;
            shortest = Math.max(shortest, equalToo ? n : n + 1);
        }
    }

    private void compare(Insn insn, Value dst, Value src, boolean taken) {
        if (Numbers.holds(insn, dst.number, src.number) == taken) {
            decide(dst.origin);
            decide(src.origin);
            return;
        }
        if (!repair(insn, dst.origin, src.number, taken, true)) {
            repair(insn, src.origin, dst.number, taken, false);
        }
    }

    private void decide(@Nullable Expression origin) {
        if (origin == null) {
            return;
        }
        for (Expression.Read read : origin.reads()) {
            for (Lookup lookup : lookups) {
                if (read.isOf(lookup.value)) {
                    Arrays.fill(lookup.decided, read.offset(), read.offset() + read.width(), true);
                }
            }
        }
    }

    /// Finds bytes with which the comparison goes the path's way.
    private boolean repair(
            Insn insn, @Nullable Expression origin, long other, boolean taken, boolean first) {
        if (origin == null) {
            return false;
        }
        List<Expression.Read> reads = origin.reads();
        int width = reads.stream().mapToInt(Expression.Read::width).sum();
        long[] before = reads.stream().mapToLong(Expression.Read::raw).toArray();
        for (long raw : Numbers.candidates(Math.min(width, Long.BYTES), other, random)) {
            int shift = 0;
            for (Expression.Read read : reads) {
                read.write(shift < Long.SIZE ? raw >>> shift : 0);
                shift += read.width() * Byte.SIZE;
            }
            long value = origin.value();
            boolean holds =
                    first ? Numbers.holds(insn, value, other) : Numbers.holds(insn, other, value);
            if (holds == taken) {
                decide(origin);
                return true;
            }
        }
        for (int i = 0; i < before.length; i++) {
            reads.get(i).write(before[i]);
        }
        return false;
    }
}
