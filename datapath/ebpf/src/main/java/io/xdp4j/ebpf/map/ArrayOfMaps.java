package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// An array of maps: programs get an inner map's handle, users store its descriptor and read its
/// id.
///
/// Thread: any.
/// Kernel: `array_of_maps_map_ops`.
public final class ArrayOfMaps extends FdArrayMap {
    private final MapEnvironment environment;

    ArrayOfMaps(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus);
        this.environment = environment;
    }

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        return cell(RawMemory.getInt(key));
    }

    @Override
    long resolve(long value) {
        return InnerMaps.resolve(spec(), environment, value);
    }

    @Override
    byte[] show(long cell) {
        return InnerMaps.toUser(cell);
    }
}
