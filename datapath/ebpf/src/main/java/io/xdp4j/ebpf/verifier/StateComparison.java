package io.xdp4j.ebpf.verifier;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Whether what was found safe from an old state on is safe from the current one.
///
/// Kernel: `states_equal`, `regsafe`, `stacksafe`, `refsafe`.
final class StateComparison {
    /// How much alike states must be.
    enum Level {
        /// The current state is at least as narrow wherever the old one's values decided.
        NOT_EXACT,
        /// The current state is at least as narrow everywhere: marks are not complete.
        RANGE_WITHIN,
        /// The same.
        EXACT
    }

    private static final RegState UNBOUND = unbound();

    private final Verification v;
    private final IdMap ids = new IdMap();

    StateComparison(Verification v) {
        this.v = v;
    }

    private static RegState unbound() {
        RegState reg = new RegState();
        reg.markUnknown();
        return reg;
    }

    static boolean isExact(RegState old, RegState current, IdMap ids) {
        return old.sameValue(current)
                && ids.match(old.id, current.id)
                && ids.match(old.refObjId, current.refObjId);
    }

    boolean isSafe(VerifierState old, VerifierState current, Level level) {
        if (old.depth() != current.depth() || (old.speculative && !current.speculative)) {
            return false;
        }
        ids.reset(v.lastId());
        if (old.inSleepable != current.inSleepable || !sameReferences(old, current)) {
            return false;
        }
        for (int f = 0; f <= old.depth(); f++) {
            FrameState a = old.frame(f);
            FrameState b = current.frame(f);
            if (a.callsite != b.callsite || !isFrameSafe(a, b, old.insnOf(f), level)) {
                return false;
            }
        }
        return true;
    }

    private boolean sameReferences(VerifierState old, VerifierState current) {
        if (old.references.size() != current.references.size()
                || old.activeLocks != current.activeLocks
                || old.preemptDisabled != current.preemptDisabled
                || old.rcuLocks != current.rcuLocks
                || !ids.match(old.activeLockId, current.activeLockId)
                || !Objects.equals(old.activeLockOwner, current.activeLockOwner)) {
            return false;
        }
        for (int i = 0; i < old.references.size(); i++) {
            Reference a = old.references.get(i);
            Reference b = current.references.get(i);
            if (!ids.match(a.id(), b.id())
                    || a.lock() != b.lock()
                    || !Objects.equals(a.of(), b.of())) {
                return false;
            }
        }
        return true;
    }

    private boolean isFrameSafe(FrameState old, FrameState current, int insn, Level level) {
        if (old.callbackDepth > current.callbackDepth) {
            return false;
        }
        int live = v.facts.liveRegs[insn];
        for (int r = 0; r < FrameState.REGISTERS; r++) {
            if ((live >>> r & 1) != 0 && !isRegSafe(old.reg(r), current.reg(r), level)) {
                return false;
            }
        }
        return isStackSafe(old, current, level);
    }

    private boolean isRegSafe(RegState old, RegState current, Level level) {
        if (level == Level.EXACT) {
            return isExact(old, current, ids);
        }
        if (old.is(RegType.NOT_INIT)
                && (level == Level.NOT_EXACT || current.is(RegType.NOT_INIT))) {
            return true;
        }
        if (old.type != current.type || old.flags != current.flags) {
            return false;
        }
        return switch (old.type) {
            case SCALAR -> isScalarSafe(old, current, level);
            case MAP_KEY, MAP_VALUE, MEM, BUF ->
                    old.sameBase(current)
                            && old.rangesContain(current)
                            && old.var.contains(current.var)
                            && ids.match(old.id, current.id)
                            && ids.match(old.refObjId, current.refObjId);
            case PACKET, PACKET_META ->
                    old.range <= current.range
                            && old.off == current.off
                            && ids.match(old.id, current.id)
                            && old.rangesContain(current)
                            && old.var.contains(current.var);
            case STACK -> isExact(old, current, ids) && old.frame == current.frame;
            default -> isExact(old, current, ids);
        };
    }

    private boolean isScalarSafe(RegState old, RegState current, Level level) {
        if (v.masksVary) {
            return old.sameValue(current) && ids.matchScalar(old.id, current.id);
        }
        if (level == Level.NOT_EXACT && !isPrecise(old)) {
            return true;
        }
        if (old.id != 0 && ((old.id ^ current.id) & RegState.ADD_CONST) != 0) {
            return false;
        }
        if ((old.id & RegState.ADD_CONST) != 0 && old.off != current.off) {
            return false;
        }
        return old.rangesContain(current)
                && old.var.contains(current.var)
                && ids.matchScalar(old.id, current.id);
    }

    /// Without CAP_BPF each value may decide something.
    private boolean isPrecise(RegState reg) {
        return reg.precise || (reg != UNBOUND && !v.privilege.isCapable());
    }

    private boolean isStackSafe(FrameState old, FrameState current, Level level) {
        for (int s = 0; s < old.slotCount(); s++) {
            StackSlot a = old.slot(s);
            boolean present = s < current.slotCount();
            if (level != Level.NOT_EXACT && !present) {
                return false;
            }
            if (!isSlotSafe(a, present ? current.slot(s) : null, level)) {
                return false;
            }
        }
        return true;
    }

    private boolean isSlotSafe(StackSlot old, @Nullable StackSlot current, Level level) {
        for (int i = 0; i < StackSlot.BYTES; i++) {
            int kind = old.kind(i);
            if (level != Level.NOT_EXACT && (current == null || kind != current.kind(i))) {
                return false;
            }
            if (kind == StackSlot.INVALID || (kind == StackSlot.MISC && v.privilege.mayLeak())) {
                continue;
            }
            if (current == null) {
                return false;
            }
            RegState a = scalarIn(old);
            RegState b = scalarIn(current);
            if (a != null && b != null) {
                return isRegSafe(a, b, level);
            }
            if (kind == StackSlot.MISC && current.kind(i) == StackSlot.ZERO) {
                continue;
            }
            if (kind != current.kind(i)) {
                return false;
            }
            if (i == StackSlot.BYTES - 1) {
                return isObjectSafe(kind, old, current, level);
            }
        }
        return true;
    }

    private @Nullable RegState scalarIn(StackSlot slot) {
        if (slot.isSpilledScalar64()) {
            return slot.reg();
        }
        for (int i = 0; i < StackSlot.BYTES; i++) {
            int kind = slot.kind(i);
            if (kind != StackSlot.MISC && (kind != StackSlot.INVALID || !v.privilege.mayLeak())) {
                return null;
            }
        }
        return UNBOUND;
    }

    private boolean isObjectSafe(int kind, StackSlot old, StackSlot current, Level level) {
        return switch (kind) {
            case StackSlot.SPILL -> isRegSafe(old.reg(), current.reg(), level);
            case StackSlot.DYNPTR ->
                    old.reg().dynptr == current.reg().dynptr
                            && old.reg().firstSlot == current.reg().firstSlot
                            && ids.match(old.reg().refObjId, current.reg().refObjId);
            case StackSlot.ITER ->
                    old.reg().btfId == current.reg().btfId
                            && old.reg().iter == current.reg().iter
                            && ids.match(old.reg().refObjId, current.reg().refObjId);
            default -> true;
        };
    }
}
