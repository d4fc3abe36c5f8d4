package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// The values of an element of a per-CPU hash map: one CPU's from a program, all from a user.
///
/// Kernel: `pcpu_copy_value`, `pcpu_init_value`.
final class PercpuValues {
    private PercpuValues() {}

    @HotPath
    static void put(
            BpfMap map, long values, long cpuStride, long source, int cpu, boolean isForAll) {
        if (!isForAll) {
            RawMemory.copy(source, values + cpu * cpuStride, map.valueSize());
            return;
        }
        int stride = (map.valueSize() + 7) & -8;
        for (int i = 0; i < map.cpus(); i++) {
            RawMemory.copy(source + (long) i * stride, values + i * cpuStride, map.valueSize());
        }
    }

    @HotPath
    static void initialise(
            BpfMap map, long values, long cpuStride, long source, int cpu, boolean isForAll) {
        if (!isForAll) {
            for (int i = 0; i < map.cpus(); i++) {
                RawMemory.zero(values + i * cpuStride, map.valueSize());
            }
        }
        put(map, values, cpuStride, source, cpu, isForAll);
    }

    static byte[] toUser(BpfMap map, long values, long cpuStride) {
        int stride = (map.valueSize() + 7) & -8;
        byte[] all = new byte[map.userValueSize()];
        for (int cpu = 0; cpu < map.cpus(); cpu++) {
            RawMemory.copyOut(values + cpu * cpuStride, all, cpu * stride, map.valueSize());
        }
        return all;
    }
}
