package io.xdp4j.ebpf.jit;

import java.util.Arrays;

/// What registers and stack cells may hold at one place of a function.
///
/// A value is a kind and a number. The stack is 128 cells of four bytes; an eight-byte value stands
/// in its first cell with [#CONT] in the second.
final class AbstractState {
    /// Not reached.
    static final byte NONE = 0;

    /// Anything; the number holds the `MAY_` flags.
    static final byte ANY = 1;

    /// Anything below 2^32.
    static final byte ANY32 = 2;

    /// The number itself.
    static final byte CONST = 3;

    /// The context plus the number.
    static final byte CTX = 4;

    /// The map with that file descriptor.
    static final byte MAP = 5;

    /// The frame pointer plus the number.
    static final byte FRAME = 6;

    /// The function that begins at that slot.
    static final byte FUNC = 7;

    /// Second half of the value in the cell before.
    static final byte CONT = 8;

    static final int MAY_BE_CTX = 1;
    static final int MAY_BE_FRAME = 2;

    static final int REGISTERS = 11;
    static final int CELLS = 128;
    private static final long LOW = 0xffff_ffffL;

    private final byte[] kinds;
    private final long[] numbers;

    AbstractState() {
        this(new byte[REGISTERS + CELLS], new long[REGISTERS + CELLS]);
    }

    private AbstractState(byte[] kinds, long[] numbers) {
        this.kinds = kinds;
        this.numbers = numbers;
    }

    /// Nothing known but the frame pointer.
    static AbstractState atEntry() {
        AbstractState state = new AbstractState();
        Arrays.fill(state.kinds, ANY);
        state.set(10, FRAME, 0);
        return state;
    }

    AbstractState copy() {
        return new AbstractState(kinds.clone(), numbers.clone());
    }

    byte kind(int at) {
        return kinds[at];
    }

    long number(int at) {
        return numbers[at];
    }

    void set(int at, byte kind, long number) {
        kinds[at] = kind;
        numbers[at] = number;
    }

    void setAny(int at, int flags) {
        set(at, ANY, flags);
    }

    void assign(int to, int from) {
        set(to, kinds[from], numbers[from]);
    }

    int flags(int at) {
        return flags(kinds[at], numbers[at]);
    }

    private static int flags(byte kind, long number) {
        return switch (kind) {
            case CTX -> MAY_BE_CTX;
            case FRAME -> MAY_BE_FRAME;
            case ANY -> (int) number;
            default -> 0;
        };
    }

    boolean isConst(int at) {
        return kinds[at] == CONST;
    }

    /// True when the upper half is known to be zero.
    boolean isLow(int at) {
        return kinds[at] == ANY32 || (kinds[at] == CONST && numbers[at] >>> 32 == 0);
    }

    /// Takes in what another path brings; true when that changed anything.
    boolean join(AbstractState other) {
        boolean changed = false;
        for (int at = 0; at < kinds.length; at++) {
            changed |= join(at, other.kinds[at], other.numbers[at]);
        }
        return changed;
    }

    boolean join(int at, byte kind, long number) {
        byte mine = kinds[at];
        if (kind == NONE || (mine == kind && numbers[at] == number)) {
            return false;
        }
        if (mine == NONE) {
            set(at, kind, number);
            return true;
        }
        byte joined = isLow(at) && isLow(kind, number) ? ANY32 : ANY;
        long joinedNumber = joined == ANY32 ? 0 : flags(mine, numbers[at]) | flags(kind, number);
        if (mine == joined && numbers[at] == joinedNumber) {
            return false;
        }
        set(at, joined, joinedNumber);
        return true;
    }

    private static boolean isLow(byte kind, long number) {
        return kind == ANY32 || (kind == CONST && number >>> 32 == 0);
    }

    // ---- stack

    /// The cell of frame offset -512..-1.
    static int cell(long offset) {
        return REGISTERS + (int) ((offset + 512) >> 2);
    }

    static boolean isInFrame(long offset, int size) {
        return offset >= -512 && offset + size <= 0;
    }

    /// Notes a store of register `from` (or -1 for something unknown) at a frame offset.
    void storeStack(long offset, int size, byte kind, long number) {
        forgetStack(offset, size);
        if (size == 8 && (offset & 3) == 0) {
            set(cell(offset), kind, number);
            set(cell(offset) + 1, CONT, 0);
        } else if (size == 4 && (offset & 3) == 0) {
            if (kind == CONST) {
                set(cell(offset), CONST, number & LOW);
            } else {
                set(cell(offset), ANY32, 0);
            }
        }
    }

    /// Forgets the bytes.
    void forgetStack(long offset, int size) {
        int first = cell(Math.max(offset, -512));
        int last = cell(Math.min(offset + size, 0) - 1);
        if (first > REGISTERS && first < kinds.length && kinds[first] == CONT) {
            setAny(first - 1, flags(first - 1));
        }
        if (last + 1 < kinds.length && last >= REGISTERS && kinds[last + 1] == CONT) {
            setAny(last + 1, 0);
        }
        for (int at = first; at <= last; at++) {
            setAny(at, 0);
        }
    }

    /// Puts into register `to` what a load from a frame offset gives.
    void loadStack(int to, long offset, int size) {
        int at = cell(offset);
        if (size == 8 && (offset & 3) == 0) {
            if (kinds[at + 1] == CONT) {
                assign(to, at);
            } else if (kinds[at] == CONST && kinds[at + 1] == CONST) {
                set(to, CONST, (numbers[at] & LOW) | numbers[at + 1] << 32);
            } else {
                setAny(to, flags(at) | flags(at + 1));
            }
        } else if (size == 4 && (offset & 3) == 0 && kinds[at] == CONST) {
            set(to, CONST, numbers[at] & LOW);
        } else if (size == 4 && kinds[at] == CONT && kinds[at - 1] == CONST) {
            set(to, CONST, numbers[at - 1] >>> 32);
        } else if (size == 8) {
            setAny(to, MAY_BE_CTX | MAY_BE_FRAME);
        } else {
            set(to, ANY32, 0);
        }
    }

    /// Flags of everything on the stack.
    int stackFlags() {
        int flags = 0;
        for (int at = REGISTERS; at < kinds.length; at++) {
            flags |= flags(at);
        }
        return flags;
    }
}
