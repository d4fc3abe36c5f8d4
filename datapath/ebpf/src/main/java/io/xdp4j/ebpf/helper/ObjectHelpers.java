package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.KPTR;
import static io.xdp4j.ebpf.helper.ArgType.KPTR_RELEASED;
import static io.xdp4j.ebpf.helper.ArgType.PERCPU_BTF_ID;
import static io.xdp4j.ebpf.helper.ArgType.SPIN_LOCK;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.ACQUIRES;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.RELEASES;
import static io.xdp4j.ebpf.helper.RetType.KPTR_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.MEM_OR_BTF_ID;
import static io.xdp4j.ebpf.helper.RetType.MEM_OR_BTF_ID_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.VOID;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.SpinWord;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.TrapException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Locks, kptrs and per-CPU objects.
final class ObjectHelpers {
    /// Only a program that nobody verified takes a lock that it has.
    private static final int MAX_TRIES = 1_000_000;

    private ObjectHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(93, "spin_lock", VOID, SPIN_LOCK).does(ObjectHelpers::lock),
                HelperProto.of(94, "spin_unlock", VOID, SPIN_LOCK).does(ObjectHelpers::unlock),
                HelperProto.of(153, "per_cpu_ptr", MEM_OR_BTF_ID_OR_NULL, PERCPU_BTF_ID, ANYTHING)
                        .does(ObjectHelpers::perCpu),
                HelperProto.of(154, "this_cpu_ptr", MEM_OR_BTF_ID, PERCPU_BTF_ID)
                        .does(ObjectHelpers::thisCpu),
                HelperProto.of(194, "kptr_xchg", KPTR_OR_NULL, KPTR, KPTR_RELEASED)
                        .with(ACQUIRES, RELEASES)
                        .does(ObjectHelpers::exchange));
    }

    @HotPath
    static long lock(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        for (int tries = 0; RawAtomics.compareExchange32(r1, 0, 1) != 0; tries++) {
            if (tries == MAX_TRIES) {
                throw deadlock();
            }
            pause(tries);
        }
        return 0;
    }

    @HotPath
    static long unlock(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        SpinWord.unlock(r1);
        return 0;
    }

    @HotPath
    static long perCpu(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int cpu = (int) r2;
        return cpu < 0 || cpu >= machine.runtime().cpus() ? 0 : ofCpu(r1, cpu);
    }

    @HotPath
    static long thisCpu(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return ofCpu(r1, machine.cpu());
    }

    /// Gives the CPU away now and then: the holder may wait for it.
    private static void pause(int tries) {
        if ((tries & 0xff) == 0xff) {
            LockSupport.parkNanos(1_000);
        } else {
            Thread.onSpinWait();
        }
    }

    private static TrapException deadlock() {
        return new CallTrapException(
                -1, "bpf_spin_lock: the lock stays taken (expected: each lock is given back)");
    }

    /// Per-CPU objects lie behind each other; the word before the first tells their distance.
    private static long ofCpu(long object, int cpu) {
        return object + cpu * RawMemory.getLong(object - 8);
    }

    @HotPath
    static long exchange(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return RawAtomics.exchange64(r1, r2);
    }
}
