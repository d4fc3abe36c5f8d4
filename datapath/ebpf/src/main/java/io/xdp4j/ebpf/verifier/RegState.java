package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.btf.BtfSpec;
import org.jspecify.annotations.Nullable;

/// What is known of one register, or of a register spilled to the stack.
///
/// Mutable; belongs to one frame of one state. Fields are open to the package: this is the data
/// that all checks work on.
///
/// Kernel: `struct bpf_reg_state`.
final class RegState implements Cloneable {
    /// Bit of [#id]: the value is that of the other registers with the id plus [#off].
    static final int ADD_CONST64 = 1 << 31;

    /// The same, of numbers of 32 bits: the sum is cut to these.
    static final int ADD_CONST32 = 1 << 30;

    /// Either.
    static final int ADD_CONST = ADD_CONST64 | ADD_CONST32;

    RegType type = RegType.NOT_INIT;
    int flags;

    /// Fixed part of a pointer's offset; the constant of a linked scalar.
    int off;

    // what the type needs: the kernel's union
    int range;
    @Nullable MapRef map;
    int mapUid;
    int memSize;
    @Nullable BtfSpec btf;
    int btfId;
    int subprog;
    int dynptrId;
    DynptrType dynptr = DynptrType.INVALID;
    boolean firstSlot;
    IterState iter = IterState.INVALID;
    int iterDepth;

    // the value, or the variable part of a pointer's offset
    Tnum var = Tnum.UNKNOWN;
    long smin = Long.MIN_VALUE;
    long smax = Long.MAX_VALUE;
    long umin;
    long umax = -1;
    int s32min = Integer.MIN_VALUE;
    int s32max = Integer.MAX_VALUE;
    int u32min;
    int u32max = -1;

    /// Registers with the same id hold the same value, or descend from the same pointer.
    int id;

    /// Reference that must be released; 0 for none.
    int refObjId;

    /// Frame that a stack pointer points into.
    int frame;

    boolean precise;

    /// A copy of all fields; states consist of little else, and this is the fastest way.
    RegState copy() {
        try {
            return (RegState) clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    void set(RegState from) {
        type = from.type;
        flags = from.flags;
        off = from.off;
        setPointee(from);
        var = from.var;
        smin = from.smin;
        smax = from.smax;
        umin = from.umin;
        umax = from.umax;
        s32min = from.s32min;
        s32max = from.s32max;
        u32min = from.u32min;
        u32max = from.u32max;
        id = from.id;
        refObjId = from.refObjId;
        frame = from.frame;
        precise = from.precise;
    }

    void setPointee(RegState from) {
        range = from.range;
        map = from.map;
        mapUid = from.mapUid;
        memSize = from.memSize;
        btf = from.btf;
        btfId = from.btfId;
        subprog = from.subprog;
        dynptrId = from.dynptrId;
        dynptr = from.dynptr;
        firstSlot = from.firstSlot;
        iter = from.iter;
        iterDepth = from.iterDepth;
    }

    void clearPointee() {
        range = 0;
        map = null;
        mapUid = 0;
        memSize = 0;
        btf = null;
        btfId = 0;
        subprog = 0;
        dynptrId = 0;
        dynptr = DynptrType.INVALID;
        firstSlot = false;
        iter = IterState.INVALID;
        iterDepth = 0;
    }

    boolean is(RegType is) {
        return type == is;
    }

    /// True for that type without any modifier.
    boolean isPlain(RegType is) {
        return type == is && flags == 0;
    }

    boolean isScalar() {
        return type == RegType.SCALAR;
    }

    boolean mayBeNull() {
        return (flags & RegType.MAYBE_NULL) != 0;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    boolean isConst() {
        return isScalar() && var.isConst();
    }

    boolean isConst(boolean subreg) {
        return isScalar() && (subreg ? var.isSubregConst() : var.isConst());
    }

    long constValue(boolean subreg) {
        return subreg ? var.subreg().value() : var.value();
    }

    boolean isNull() {
        return isScalar() && var.isConst(0);
    }

    String typeText() {
        return type.text(flags);
    }

    /// Bits the unsigned maximum needs.
    int width() {
        return Long.SIZE - Long.numberOfLeadingZeros(umax);
    }

    /// Breaks the link to other scalars.
    void unlink() {
        id = 0;
        off = 0;
    }

    void setType(RegType to, int withFlags) {
        type = to;
        flags = withFlags;
    }

    /// A scalar of that value when the type says so; a zero variable offset for pointers.
    void markKnown(long value) {
        off = 0;
        clearPointee();
        id = 0;
        refObjId = 0;
        setValue(value);
    }

    void setValue(long value) {
        var = Tnum.of(value);
        smin = value;
        smax = value;
        umin = value;
        umax = value;
        s32min = (int) value;
        s32max = (int) value;
        u32min = (int) value;
        u32max = (int) value;
    }

    void setSubregValue(long value) {
        var = var.withSubreg(Tnum.of(value & 0xffff_ffffL));
        s32min = (int) value;
        s32max = (int) value;
        u32min = (int) value;
        u32max = (int) value;
    }

    void markConst(long value) {
        markKnown(value);
        setType(RegType.SCALAR, 0);
        precise = false;
    }

    void markPointer(RegType to, int withFlags) {
        markKnown(0);
        setType(to, withFlags);
    }

    void markUnknown() {
        off = 0;
        clearPointee();
        setType(RegType.SCALAR, 0);
        id = 0;
        refObjId = 0;
        var = Tnum.UNKNOWN;
        frame = 0;
        precise = false;
        unbound();
    }

    void markNotInit() {
        markUnknown();
        type = RegType.NOT_INIT;
    }

    void unbound() {
        unbound64();
        unbound32();
    }

    void unbound64() {
        smin = Long.MIN_VALUE;
        smax = Long.MAX_VALUE;
        umin = 0;
        umax = -1;
    }

    void unbound32() {
        s32min = Integer.MIN_VALUE;
        s32max = Integer.MAX_VALUE;
        u32min = 0;
        u32max = -1;
    }

    /// Equal in everything but ids, frame and precision.
    boolean sameValue(RegState other) {
        return sameBase(other)
                && var.equals(other.var)
                && smin == other.smin
                && smax == other.smax
                && umin == other.umin
                && umax == other.umax
                && s32min == other.s32min
                && s32max == other.s32max
                && u32min == other.u32min
                && u32max == other.u32max;
    }

    /// Equal in type, fixed offset and what is pointed to.
    boolean sameBase(RegState other) {
        return type == other.type
                && flags == other.flags
                && off == other.off
                && range == other.range
                && map == other.map
                && mapUid == other.mapUid
                && memSize == other.memSize
                && btf == other.btf
                && btfId == other.btfId
                && subprog == other.subprog
                && dynptrId == other.dynptrId
                && dynptr == other.dynptr
                && firstSlot == other.firstSlot
                && iter == other.iter
                && iterDepth == other.iterDepth;
    }

    /// True when every range of `current` lies in this one's.
    boolean rangesContain(RegState current) {
        return Long.compareUnsigned(umin, current.umin) <= 0
                && Long.compareUnsigned(umax, current.umax) >= 0
                && smin <= current.smin
                && smax >= current.smax
                && Integer.compareUnsigned(u32min, current.u32min) <= 0
                && Integer.compareUnsigned(u32max, current.u32max) >= 0
                && s32min <= current.s32min
                && s32max >= current.s32max;
    }
}
