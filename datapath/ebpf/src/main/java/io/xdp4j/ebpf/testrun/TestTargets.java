package io.xdp4j.ebpf.testrun;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.util.function.IntUnaryOperator;

/// What the entries of a test run's redirect maps may name: its world's devices and CPUs.
///
/// Kernel: the checks of `__dev_map_alloc_node` and `cpu_map_update_elem`.
public final class TestTargets implements RedirectMap.Backend {
    private static final int MAX_QUEUE = 16384;

    private final MapType type;
    private final BpfRuntime runtime;
    private final IntUnaryOperator attachTypes;

    /// Targets of one map.
    ///
    /// @param runtime whose CPUs and devices they are
    /// @param attachTypes expected attach type of the program with an id, -1 when there is none
    public TestTargets(MapType type, BpfRuntime runtime, IntUnaryOperator attachTypes) {
        this.type = type;
        this.runtime = runtime;
        this.attachTypes = attachTypes;
    }

    @Override
    public int set(int key, int value, int programFd) {
        return switch (type) {
            case CPUMAP -> setCpu(key, value, programFd);
            case DEVMAP, DEVMAP_HASH -> setDevice(value, programFd);
            default -> -Errno.EOPNOTSUPP;
        };
    }

    private int setCpu(int cpu, int queueSize, int programFd) {
        if (Integer.compareUnsigned(queueSize, MAX_QUEUE) > 0) {
            return -Errno.EOVERFLOW;
        }
        if (Integer.compareUnsigned(cpu, runtime.cpus()) >= 0) {
            return -Errno.ENODEV;
        }
        boolean fits =
                programFd <= 0
                        || attachTypes.applyAsInt(programFd) == LinkedProgram.ATTACH_XDP_CPUMAP;
        return fits ? 0 : -Errno.ENOMEM;
    }

    private int setDevice(int ifindex, int programFd) {
        boolean fits =
                programFd <= 0
                        || attachTypes.applyAsInt(programFd) == LinkedProgram.ATTACH_XDP_DEVMAP;
        return fits && runtime.world().byIfindex(ifindex) != null ? 0 : -Errno.EINVAL;
    }

    @Override
    public void clear(int key) {
        // Entries are the map's; nothing stands behind them.
    }

    @Override
    public void close() {
        // See clear.
    }
}
