package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;

/// A lock of four bytes outside the heap: 0 is free, 1 is taken. Not reentrant.
///
/// Thread: any; held for a few stores only.
/// Kernel: `struct bpf_spin_lock`, `raw_spinlock_t` of the map code.
@HotPath
public final class SpinWord {
    /// Rounds before the holder is given the CPU: it may have been preempted.
    static final int SPINS = 256;

    private SpinWord() {}

    public static void lock(long address) {
        int spins = 0;
        while (RawAtomics.compareExchange32(address, 0, 1) != 0) {
            spins = pause(spins);
        }
    }

    public static void unlock(long address) {
        RawAtomics.storeRelease32(address, 0); // pairs with the exchange in lock()
    }

    @SuppressWarnings("ThreadPriorityCheck") // the lock's holder may wait for this very CPU
    static int pause(int spins) {
        if (spins < SPINS) {
            Thread.onSpinWait();
            return spins + 1;
        }
        Thread.yield();
        return 0;
    }
}
