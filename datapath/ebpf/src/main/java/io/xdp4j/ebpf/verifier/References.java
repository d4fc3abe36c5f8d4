package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;

/// Acquired objects: each must be released on every path.
///
/// Kernel: `release_reference`, `check_reference_leak`, `check_resource_leak`.
final class References {
    private final Verification v;

    References(Verification v) {
        this.v = v;
    }

    /// Registers that refer to a released object hold nothing of use any more.
    static void invalidate(VerifierState state, int id) {
        state.forEachReg(reg -> {
            if (reg.refObjId == id) {
                reg.markUnknown();
            }
        });
    }

    /// Releases an object; false when it was not held.
    boolean release(int id) {
        if (!v.state().release(id)) {
            return false;
        }
        invalidate(v.state(), id);
        return true;
    }

    /// Demands that nothing is held where a program may end.
    ///
    /// @param checkLocks false inside of functions that return to a caller
    void checkLeaks(boolean exception, boolean checkLocks, String where) {
        VerifierState state = v.state();
        if (checkLocks && state.activeLocks > 0) {
            throw v.reject(Errno.EINVAL, "%s cannot be used inside bpf_spin_lock-ed region", where);
        }
        if (exception || state.depth() == 0) {
            checkObjects(where);
        }
        if (checkLocks && state.rcuLocks > 0) {
            throw v.reject(
                    Errno.EINVAL, "%s cannot be used inside bpf_rcu_read_lock-ed region", where);
        }
        if (checkLocks && state.preemptDisabled > 0) {
            throw v.reject(
                    Errno.EINVAL, "%s cannot be used inside bpf_preempt_disable-ed region", where);
        }
    }

    private void checkObjects(String where) {
        boolean leaks = false;
        for (Reference reference : v.state().references) {
            if (!reference.lock()) {
                v.log.say(
                        "Unreleased reference id=%d alloc_insn=%d\n",
                        reference.id(), reference.insn());
                leaks = true;
            }
        }
        if (leaks) {
            throw v.reject(Errno.EINVAL, "%s would lead to reference leak", where);
        }
    }
}
