package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.isa.Opcode;
import java.util.BitSet;
import java.util.function.IntFunction;

/// Makes one step of several that compilers often emit for one thing: rotations, rounds of hashes,
/// counters, numbers of two bytes, comparisons with a constant, the key of a map.
///
/// A step does what its parts do, one after the other; no jump leads into its middle. An access that
/// fails names its own slot.
final class Idioms {
    private static final Step NONE = new Step(0, 0, 0, 0, 0, 0, 0, 0);
    private static final long LOW = 0xffff_ffffL;
    private static final int SHORT = 0xffff;

    /// In the place of the register that [Op#CALL_WITH_KEY] stores as the key: it stores none.
    static final int NO_REGISTER = 15;

    /// What [Op#CALL_WITH_KEY] does with its result.
    static final int JUMP_IF_NULL = 1;

    static final int JUMP_UNLESS_NULL = 2;

    private final IntFunction<Step> alone;
    private final int size;
    private final BitSet targets;

    /// @param alone the step at a slot by itself
    Idioms(IntFunction<Step> alone, int size, BitSet targets) {
        this.alone = alone;
        this.size = size;
        this.targets = targets;
    }

    /// The step that begins at that slot.
    Step at(int slot) {
        Step first = alone.apply(slot);
        int after = slot + first.slots();
        return switch (first.operation()) {
            case Op.MOV64_K -> constant(first, after);
            case Op.MOV_WIDE -> mask(first, after);
            case Op.MOV64_X -> copy(first, after);
            case Op.ADD64_X -> sum(first, after);
            case Op.ADD64_K -> key(first, after);
            case Op.AND64_K -> field(first, after);
            case Op.LSH64_K -> shift(first, after);
            case Op.RSH64_K -> byteStore(first, after);
            case Op.LOAD8 -> byteLoad(first, after);
            case Op.LOAD32 -> wordLoad(first, after);
            case Op.LOAD64 -> counter(first, after);
            case Op.FRAME_STORE_X32 -> keyStore(first, after);
            case Op.FRAME_STORE_X64 -> frameStores(Op.FRAME_STORES64, first, after);
            default -> first;
        };
    }

    /// What begins at that slot, behind another step and only there.
    private Step follower(int slot) {
        return slot < size && !targets.get(slot) ? alone.apply(slot) : NONE;
    }

    /// Two steps in one: the first one's destination, the second one's target.
    private static Step join(
            int operation, Step first, Step second, int s, int t, int u, int low, int high) {
        int slots = first.slots() + second.slots();
        return new Step(operation, first.d(), s, t, u, low, high, slots).to(second.target());
    }

    private static boolean isChange(Step step, int operation, int register) {
        return step.operation() == operation && step.changesItself() && step.d() == register;
    }

    // ---- constants and copies

    private Step constant(Step move, int after) {
        Step next = follower(after);
        int number = move.high();
        return switch (next.operation()) {
            case Op.AND_RSH -> mask(move, after);
            case Op.MOV64_K ->
                    number == (short) number
                            ? join(Op.MOV_MOV, move, next, next.d(), 0, 0, number, next.high())
                            : move;
            case Op.JGT64_X -> join(Op.MOV_JGT, move, next, next.d(), next.s(), 0, 0, number);
            case Op.JEQ64_K -> constantAndTest(Op.MOV_K_JEQ, move, next);
            case Op.JNE64_K -> constantAndTest(Op.MOV_K_JNE, move, next);
            case Op.EXIT ->
                    move.d() == 0 ? join(Op.MOV_EXIT, move, next, 0, 0, 0, 0, number) : move;
            default -> move;
        };
    }

    /// The constant takes the place of two registers.
    private static Step constantAndTest(int operation, Step move, Step test) {
        int number = move.high();
        return number == (byte) number
                ? join(
                        operation,
                        move,
                        test,
                        test.d(),
                        number & 0xf,
                        number >> 4 & 0xf,
                        0,
                        test.high())
                : move;
    }

    private Step copy(Step move, int after) {
        Step next = follower(after);
        return switch (next.operation()) {
            case Op.JEQ64_K ->
                    join(Op.MOV_X_JEQ, move, next, move.s(), next.d(), 0, 0, next.high());
            case Op.JNE64_K ->
                    join(Op.MOV_X_JNE, move, next, move.s(), next.d(), 0, 0, next.high());
            case Op.JA -> join(Op.MOV_JA, move, next, move.s(), 0, 0, 0, 0);
            default -> move;
        };
    }

    // ---- hashes

    /// The upper bits of a word moved down, the mask a constant; and a rotation, of which that is the
    /// first half.
    private Step mask(Step mask, int after) {
        long bits = mask.operation() == Op.MOV64_K ? mask.high() : mask.constant();
        Step shift = follower(after);
        boolean fits =
                shift.operation() == Op.AND_RSH
                        && bits >>> 32 == 0
                        && shift.t() == mask.d()
                        && shift.s() != mask.d();
        if (!fits) {
            return mask;
        }
        int slots = mask.slots() + shift.slots();
        Step half =
                new Step(
                        Op.MASK_RSH,
                        shift.d(),
                        shift.s(),
                        mask.d(),
                        0,
                        shift.high() & 63,
                        (int) bits,
                        slots);
        Step or = follower(after + shift.slots());
        boolean isRotation =
                or.operation() == Op.LSH_OR
                        && or.s() == half.s()
                        && or.t() == half.d()
                        && half.s() != half.d();
        return isRotation ? rotation(half, or, after + shift.slots() + or.slots()) : half;
    }

    private Step rotation(Step half, Step or, int after) {
        int right = half.low();
        int left = or.high() & 63;
        Step rotation =
                new Step(
                        Op.ROTATE,
                        or.d(),
                        half.s(),
                        half.t(),
                        half.d(),
                        left << 8 | right,
                        half.high(),
                        half.slots() + or.slots());
        Step add = follower(after);
        Step sub = follower(after + add.slots());
        boolean isRound =
                add.operation() == Op.ADD64_X
                        && add.changesItself()
                        && sub.operation() == Op.SUB_XOR
                        && sub.changesItself()
                        && sub.u() == rotation.d()
                        && add.d() != rotation.d()
                        && (half.high() & LOW) == (LOW << right & LOW);
        return isRound ? round(rotation, add, sub) : rotation;
    }

    /// A round of `jhash`: a rotation, whose mask follows from its width, and the next round's start.
    private static Step round(Step rotation, Step add, Step sub) {
        int right = rotation.low() & 0xff;
        int left = rotation.low() >> 8;
        int registers = sub.t() << 12 | sub.d() << 8 | add.t() << 4 | add.d();
        return new Step(
                Op.ROTATE_ADD_SUB_XOR,
                rotation.d(),
                rotation.s(),
                rotation.t(),
                rotation.u(),
                0,
                left << 26 | right << 20 | registers,
                rotation.slots() + add.slots() + sub.slots());
    }

    private Step sum(Step add, int after) {
        Step next = follower(after);
        int end = next.high();
        return switch (next.operation()) {
            case Op.SUB_XOR ->
                    next.changesItself()
                            ? join(
                                    Op.ADD_SUB_XOR,
                                    add,
                                    next,
                                    add.s(),
                                    add.t(),
                                    next.d(),
                                    next.u() << 4 | next.t(),
                                    0)
                            : add;
            case Op.ADD64_K ->
                    join(Op.ADD_ADD, add, next, add.s(), add.t(), next.d(), next.s(), end);
            case Op.ADD_JGT ->
                    next.s() == add.d() && end << 4 >> 4 == end
                            ? join(
                                    Op.ADD_ADD_JGT,
                                    add,
                                    next,
                                    add.s(),
                                    add.t(),
                                    next.d(),
                                    0,
                                    end << 4 | next.t())
                            : add;
            default -> add;
        };
    }

    // ---- fields

    /// A mask and a comparison, both of 16 bits.
    private Step field(Step and, int after) {
        Step next = follower(after);
        boolean fits =
                and.changesItself()
                        && next.d() == and.d()
                        && (and.high() & ~SHORT) == 0
                        && (next.high() & ~SHORT) == 0;
        int numbers = and.high() << 16 | next.high();
        return switch (next.operation()) {
            case Op.JEQ64_K -> fits ? join(Op.AND_JEQ, and, next, and.d(), 0, 0, 0, numbers) : and;
            case Op.JNE64_K -> fits ? join(Op.AND_JNE, and, next, and.d(), 0, 0, 0, numbers) : and;
            default -> and;
        };
    }

    private Step shift(Step shift, int after) {
        Step and = follower(after);
        return isChange(and, Op.AND64_K, shift.d())
                ? join(Op.LSH_AND, shift, and, shift.s(), 0, 0, shift.high() & 63, and.high())
                : shift;
    }

    // ---- memory

    private Step byteStore(Step shift, int after) {
        Step store = follower(after);
        int numbers = shift.slots() << 8 | (shift.high() & 63);
        return store.operation() == Op.STORE_X8
                ? join(
                        Op.RSH_STORE8,
                        shift,
                        store,
                        shift.s(),
                        store.d(),
                        store.s(),
                        store.low(),
                        numbers)
                : shift;
    }

    private Step byteLoad(Step load, int after) {
        Step next = follower(after);
        return switch (next.operation()) {
            case Op.LOAD8 -> lowAndHigh(load, next, after + next.slots());
            case Op.LSH64_K ->
                    isChange(next, Op.LSH64_K, load.d())
                            ? highAndLow(load, next, after + next.slots())
                            : load;
            case Op.AND64_K -> joinLoad(Op.LOAD8_AND, load, next, next.d(), next.s(), next.high());
            case Op.STORE_X8 ->
                    joinLoad(Op.LOAD8_STORE, load, next, next.d(), next.s(), next.low());
            default -> load;
        };
    }

    private static Step joinLoad(int operation, Step load, Step next, int t, int u, int high) {
        return join(operation, load, next, load.s(), t, u, load.low(), high);
    }

    private Step lowAndHigh(Step low, Step high, int after) {
        Step or = follower(after);
        boolean fits =
                or.operation() == Op.LSH_OR
                        && or.changesItself()
                        && or.d() == high.d()
                        && or.t() == low.d();
        return fits ? twoBytes(Op.LOAD_LOW_HIGH, low, high, or, 2 + or.slots()) : low;
    }

    private Step highAndLow(Step high, Step shift, int after) {
        Step low = follower(after);
        Step or = follower(after + low.slots());
        boolean fits =
                shift.slots() == 1
                        && low.operation() == Op.LOAD8
                        && low.d() != high.d()
                        && low.s() != high.d()
                        && isChange(or, Op.OR64_X, high.d())
                        && or.t() == low.d();
        return fits ? twoBytes(Op.LOAD_HIGH_LOW, high, low, shift, 4) : high;
    }

    private static Step twoBytes(int operation, Step first, Step second, Step shift, int slots) {
        int numbers = shift.high() << 16 | (second.low() & SHORT);
        return new Step(
                operation,
                first.d(),
                first.s(),
                second.d(),
                second.s(),
                first.low(),
                numbers,
                slots);
    }

    private Step wordLoad(Step load, int after) {
        Step next = follower(after);
        return switch (next.operation()) {
            case Op.LOAD32 ->
                    joinLoad(Op.LOAD32_LOAD32, load, next, next.d(), next.s(), next.low());
            case Op.FRAME_STORE_X32 ->
                    joinLoad(Op.LOAD32_FRAME_STORE, load, next, next.s(), 0, next.low());
            default -> load;
        };
    }

    /// A word of memory increased.
    private Step counter(Step load, int after) {
        Step add = follower(after);
        Step store = follower(after + add.slots());
        boolean fits =
                store.operation() == Op.STORE_X64
                        && store.d() == load.s()
                        && store.s() == load.d()
                        && store.low() == load.low()
                        && load.s() != load.d()
                        && add.slots() == 1
                        && add.changesItself()
                        && add.d() == load.d();
        int operation =
                switch (add.operation()) {
                    case Op.ADD64_K -> Op.COUNT_K;
                    case Op.ADD64_X -> add.t() == load.d() ? load.operation() : Op.COUNT_X;
                    default -> load.operation();
                };
        return fits && operation != load.operation()
                ? new Step(operation, load.d(), load.s(), add.t(), 0, load.low(), add.high(), 3)
                : load;
    }

    private Step frameStores(int operation, Step store, int after) {
        Step next = follower(after);
        return next.operation() == store.operation()
                ? join(operation, store, next, store.s(), next.s(), 0, store.low(), next.low())
                : store;
    }

    // ---- calls

    /// A key stored in the frame and passed to a call.
    private Step keyStore(Step store, int after) {
        Step next = follower(after);
        Step call = next.operation() == Op.ADD64_K ? key(next, after + next.slots()) : NONE;
        return call.operation() == Op.CALL_WITH_KEY && call.low() == store.low()
                ? new Step(
                        Op.CALL_WITH_KEY,
                        call.d() + 1,
                        store.s(),
                        call.t(),
                        0,
                        call.low(),
                        0,
                        call.constant(),
                        call.target(),
                        call.slots() + 1)
                : frameStores(Op.FRAME_STORES32, store, after);
    }

    /// The key of a map in the frame, the map, the call, and a jump on its result; `d` says how far away the
    /// call is.
    private Step key(Step key, int after) {
        Step map = follower(after);
        int distance = key.slots() + map.slots();
        boolean fits =
                key.d() == 2
                        && key.s() == Opcode.FP
                        && key.high() == (short) key.high()
                        && map.operation() == Op.MOV_WIDE
                        && map.d() == 1;
        Step call = fits ? follower(after + map.slots()) : NONE;
        if (call.operation() != Op.CALL_HELPER) {
            return key;
        }
        Step test = follower(after + map.slots() + 1);
        int jump = test.d() == 0 && test.high() == 0 ? jumpOnNull(test.operation()) : 0;
        return new Step(
                Op.CALL_WITH_KEY,
                distance,
                NO_REGISTER,
                jump,
                0,
                key.high(),
                0,
                map.constant(),
                jump == 0 ? Step.NOWHERE : test.target(),
                distance + (jump == 0 ? 1 : 2));
    }

    private static int jumpOnNull(int operation) {
        return switch (operation) {
            case Op.JEQ64_K -> JUMP_IF_NULL;
            case Op.JNE64_K -> JUMP_UNLESS_NULL;
            default -> 0;
        };
    }
}
