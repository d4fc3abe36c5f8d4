package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.HelperTable.allBut;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_DEVICE;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Clocks.
final class ClockHelpers {
    private ClockHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(5, "ktime_get_ns", INTEGER).does(ClockHelpers::monotonic),
                HelperProto.of(118, "jiffies64", INTEGER).does(ClockHelpers::jiffies),
                HelperProto.of(125, "ktime_get_boot_ns", INTEGER).does(ClockHelpers::boot),
                HelperProto.of(160, "ktime_get_coarse_ns", INTEGER)
                        .on(allBut(CGROUP_DEVICE))
                        .does(ClockHelpers::coarse),
                HelperProto.of(208, "ktime_get_tai_ns", INTEGER).does(ClockHelpers::tai));
    }

    /// Ticks since five minutes before boot, at 250 a second.
    private static final long INITIAL_JIFFIES = (1L << 32) - 300 * 250;

    private static final long NANOS_PER_TICK = 4_000_000;

    @HotPath
    static long monotonic(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().clock().monotonicNanos();
    }

    @HotPath
    static long jiffies(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long ticks = machine.runtime().clock().monotonicNanos() / NANOS_PER_TICK;
        return INITIAL_JIFFIES + ticks;
    }

    @HotPath
    static long boot(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().clock().bootNanos();
    }

    @HotPath
    static long coarse(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.coarseNanos();
    }

    @HotPath
    static long tai(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.runtime().clock().taiNanos();
    }
}
