package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.RedirectMap;

/// What entries of redirect maps stand for in a test run: the interfaces of a [World] and the CPUs
/// of a runtime. It checks and forgets; nothing is ever sent.
///
/// Thread: any.
/// Kernel: `__dev_map_alloc_node`, `cpu_map_update_elem`, `xsk_map_update_elem`.
public final class WorldBackend implements RedirectMap.Backend {
    private static final int MAX_QUEUE = 16_384;

    private final BpfRuntime runtime;
    private final MapType type;

    public WorldBackend(BpfRuntime runtime, MapType type) {
        this.runtime = runtime;
        this.type = type;
    }

    @Override
    public int set(int key, int value, int programFd) {
        return switch (type) {
            case CPUMAP -> setCpu(key, value);
            case DEVMAP, DEVMAP_HASH ->
                    runtime.world().byIfindex(value) == null ? -Errno.EINVAL : 0;
            default -> -Errno.EBADF;
        };
    }

    private int setCpu(int cpu, int queueSize) {
        if (Integer.compareUnsigned(queueSize, MAX_QUEUE) > 0) {
            return -Errno.EOVERFLOW;
        }
        return Integer.compareUnsigned(cpu, runtime.cpus()) >= 0 ? -Errno.ENODEV : 0;
    }

    @Override
    public void clear(int key) {}

    @Override
    public void close() {}
}
