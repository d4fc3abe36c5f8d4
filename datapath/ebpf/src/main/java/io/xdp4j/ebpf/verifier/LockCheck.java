package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.map.MapSpec;
import org.jspecify.annotations.Nullable;

/// Spin locks and timers in map values.
///
/// Kernel: `process_spin_lock`, `check_map_field_pointer`.
final class LockCheck {
    private final Verification v;

    LockCheck(Verification v) {
        this.v = v;
    }

    void lock(int number, boolean acquires) {
        RegState reg = v.reg(number);
        if (!reg.var.isConst()) {
            throw v.reject(
                    Errno.EINVAL,
                    "R%d doesn't have constant offset. bpf_spin_lock has to be at the constant"
                            + " offset",
                    number);
        }
        if (GraphCheck.inTreeCallback(v)) {
            throw v.reject(Errno.EACCES, "can't spin_{lock,unlock} in rbtree cb");
        }
        MapRef map = reg.map;
        if (map != null) {
            checkHasBtf(map, "bpf_spin_lock");
        }
        MapSpec.SpecialField field = lockOf(reg);
        if (field == null) {
            throw v.reject(
                    Errno.EINVAL,
                    "%s has no valid bpf_spin_lock",
                    map == null ? "local 'kptr'" : "map '" + map.spec().name() + "'");
        }
        long off = reg.var.value() + reg.off;
        if (field.offset() != off) {
            throw v.reject(
                    Errno.EINVAL,
                    "off %d doesn't point to 'struct bpf_spin_lock' that is at %d",
                    off,
                    field.offset());
        }
        Object owner = map == null ? reg.btf : map;
        if (owner == null) {
            throw new IllegalStateException("a lock in nothing");
        }
        if (acquires) {
            acquire(reg, owner);
        } else {
            release(reg, owner);
        }
    }

    private MapSpec.@Nullable SpecialField lockOf(RegState reg) {
        for (MapSpec.SpecialField field : v.objects.fields(reg)) {
            if (field.kind().equals("bpf_spin_lock")) {
                return field;
            }
        }
        return null;
    }

    private void checkHasBtf(MapRef map, String what) {
        if (map.spec().fields().isEmpty() && map.spec().btf() == null) {
            throw v.reject(
                    Errno.EINVAL,
                    "map '%s' has to have BTF in order to use %s",
                    map.spec().name(),
                    what);
        }
    }

    private void acquire(RegState reg, Object owner) {
        VerifierState state = v.state();
        if (holdsPlainLock(state)) {
            throw v.reject(Errno.EINVAL, "Locking two bpf_spin_locks are not allowed");
        }
        state.acquireLock(reg.id, v.insn, owner);
    }

    private static boolean holdsPlainLock(VerifierState state) {
        for (Reference reference : state.references) {
            if (reference.lock() && !(reference.of() instanceof ResilientLock)) {
                return true;
            }
        }
        return false;
    }

    /// A lock that may fail to be taken; several may be held, given back in order.
    void resilient(int number, boolean acquires, boolean irq) {
        RegState reg = v.reg(number);
        boolean object = reg.is(RegType.BTF_ID) && reg.flags == RegType.ALLOC;
        if (!reg.isPlain(RegType.MAP_VALUE) && !object) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d doesn't point to map value or allocated object",
                    number - 1);
        }
        Object place = object ? reg.btf : reg.map;
        long off = reg.off + reg.var.value();
        if (place == null
                || !reg.var.isConst()
                || v.objects.field(reg, off, "bpf_res_spin_lock") == null) {
            throw v.reject(Errno.EINVAL, "off %d doesn't point to 'struct bpf_res_spin_lock'", off);
        }
        ResilientLock lock = new ResilientLock(place, irq);
        VerifierState state = v.state();
        if (acquires) {
            if (state.holdsLock(reg.id, lock)
                    || state.holdsLock(reg.id, new ResilientLock(place, !irq))) {
                throw v.reject(Errno.EINVAL, "Acquiring the same lock again, AA deadlock detected");
            }
            state.acquireLock(reg.id, v.insn, lock);
        } else {
            releaseResilient(state, reg, lock);
        }
    }

    private void releaseResilient(VerifierState state, RegState reg, ResilientLock lock) {
        if (state.activeLocks == 0) {
            throw v.reject(Errno.EINVAL, "bpf_res_spin_unlock without taking a lock");
        }
        if (!state.holdsLock(reg.id, lock)) {
            throw v.reject(Errno.EINVAL, "bpf_res_spin_unlock of different lock");
        }
        if (state.activeLockId != reg.id || !lock.equals(state.activeLockOwner)) {
            throw v.reject(Errno.EINVAL, "bpf_res_spin_unlock cannot be out of order");
        }
        state.releaseLock(reg.id, lock);
        ObjectTypes.forgetNonOwning(state);
    }

    private void release(RegState reg, Object owner) {
        VerifierState state = v.state();
        if (state.activeLocks == 0) {
            throw v.reject(Errno.EINVAL, "bpf_spin_unlock without taking a lock");
        }
        if (!state.holdsLock(reg.id, owner)) {
            throw v.reject(Errno.EINVAL, "bpf_spin_unlock of different lock");
        }
        state.releaseLock(reg.id, owner);
        ObjectTypes.forgetNonOwning(state);
    }

    void timer(int number, CallFacts call) {
        managed("bpf_timer", number, call);
    }

    /// A field of a map value that the kernel runs a callback from.
    void managed(String kind, int number, CallFacts call) {
        RegState reg = v.reg(number);
        if (!reg.var.isConst()) {
            throw v.reject(
                    Errno.EINVAL,
                    "R%d doesn't have constant offset. %s has to be at the constant offset",
                    number,
                    kind);
        }
        MapRef map = MemoryCheck.mapOf(reg);
        checkHasBtf(map, kind);
        MapSpec.SpecialField field = map.field(kind);
        if (field == null) {
            throw v.reject(Errno.EINVAL, "map '%s' has no valid %s", map.spec().name(), kind);
        }
        long off = reg.var.value() + reg.off;
        if (field.offset() != off) {
            throw v.reject(
                    Errno.EINVAL,
                    "off %d doesn't point to 'struct %s' that is at %d",
                    off,
                    kind,
                    field.offset());
        }
        call.mapUid = reg.mapUid;
        call.map = map;
    }
}
