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
        if (state.activeLocks > 0) {
            throw v.reject(Errno.EINVAL, "Locking two bpf_spin_locks are not allowed");
        }
        state.acquireLock(reg.id, v.insn, owner);
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
        RegState reg = v.reg(number);
        if (!reg.var.isConst()) {
            throw v.reject(
                    Errno.EINVAL,
                    "R%d doesn't have constant offset. bpf_timer has to be at the constant offset",
                    number);
        }
        MapRef map = MemoryCheck.mapOf(reg);
        checkHasBtf(map, "bpf_timer");
        MapSpec.SpecialField field = map.field("bpf_timer");
        if (field == null) {
            throw v.reject(Errno.EINVAL, "map '%s' has no valid bpf_timer", map.spec().name());
        }
        long off = reg.var.value() + reg.off;
        if (field.offset() != off) {
            throw v.reject(
                    Errno.EINVAL,
                    "off %d doesn't point to 'struct bpf_timer' that is at %d",
                    off,
                    field.offset());
        }
        call.mapUid = reg.mapUid;
        call.map = map;
    }
}
