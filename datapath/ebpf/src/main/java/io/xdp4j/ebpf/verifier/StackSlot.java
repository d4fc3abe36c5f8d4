package io.xdp4j.ebpf.verifier;

import org.jspecify.annotations.Nullable;

/// Eight bytes of a frame's stack: what each byte is, and the register spilled there.
///
/// Byte `i` of the slot is the one at the slot's address plus 7 - i: byte 7 is the lowest address,
/// as in the kernel's `slot_type`.
///
/// Kernel: `struct bpf_stack_state`.
final class StackSlot {
    static final int BYTES = 8;

    // kinds of bytes
    static final int INVALID = 0;
    static final int SPILL = 1;
    static final int MISC = 2;
    static final int ZERO = 3;
    static final int DYNPTR = 4;
    static final int ITER = 5;

    private static final long EACH = 0x0101_0101_0101_0101L;
    private static final String LETTERS = "?rm0di";

    private long kinds;
    private @Nullable RegState spilled;

    /// A copy; plain data needs no register.
    StackSlot copy() {
        StackSlot copy = new StackSlot();
        copy.kinds = kinds;
        copy.spilled = spilled == null || !isSpecial() ? null : spilled.copy();
        return copy;
    }

    int kind(int index) {
        return (int) (kinds >>> (index * 8)) & 0xff;
    }

    void setKind(int index, int kind) {
        int shift = index * 8;
        kinds = (kinds & ~(0xffL << shift)) | (long) kind << shift;
    }

    void fill(int kind) {
        kinds = EACH * kind;
    }

    boolean isAll(int kind) {
        return kinds == EACH * kind;
    }

    boolean sameKinds(StackSlot other) {
        return kinds == other.kinds;
    }

    /// The spilled register; not initialised where there is none.
    RegState reg() {
        RegState reg = spilled;
        if (reg == null) {
            reg = new RegState();
            spilled = reg;
        }
        return reg;
    }

    /// The spilled register, or null when nothing was ever put there.
    @Nullable RegState regOrNull() {
        return spilled;
    }

    void forgetReg() {
        spilled = null;
    }

    void clear() {
        kinds = 0;
        spilled = null;
    }

    boolean isSpilled() {
        return kind(BYTES - 1) == SPILL;
    }

    boolean isSpilledScalar() {
        return isSpilled() && reg().isScalar();
    }

    boolean isSpilledScalar64() {
        return kind(0) == SPILL && reg().isScalar();
    }

    /// True when the slot belongs to a spill, dynptr or iterator.
    boolean isSpecial() {
        int kind = kind(BYTES - 1);
        return kind == SPILL || kind == DYNPTR || kind == ITER;
    }

    /// Bytes of the register that were spilled.
    int spillSize() {
        int size = 1;
        for (int i = BYTES - 1; i > 0 && kind(i - 1) == SPILL; i--) {
            size++;
        }
        return size;
    }

    /// Makes bytes of a broken spill plain data.
    void scrub() {
        for (int i = 0; i < BYTES; i++) {
            if (kind(i) != INVALID) {
                setKind(i, MISC);
            }
        }
    }

    /// Bytes as letters, lowest index first.
    String letters() {
        StringBuilder text = new StringBuilder(BYTES);
        for (int i = 0; i < BYTES; i++) {
            text.append(LETTERS.charAt(kind(i)));
        }
        return text.toString();
    }
}
