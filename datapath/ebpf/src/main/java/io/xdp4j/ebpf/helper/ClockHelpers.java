package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.HelperTable.allBut;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_DEVICE;

import java.util.List;

/// Clocks.
final class ClockHelpers {
    private ClockHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(5, "ktime_get_ns", INTEGER),
                HelperProto.of(118, "jiffies64", INTEGER),
                HelperProto.of(125, "ktime_get_boot_ns", INTEGER),
                HelperProto.of(160, "ktime_get_coarse_ns", INTEGER).on(allBut(CGROUP_DEVICE)),
                HelperProto.of(208, "ktime_get_tai_ns", INTEGER));
    }
}
