package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// Programs to tail-call, by index. Users store a descriptor and read the program's id.
///
/// Thread: any.
/// Kernel: `prog_array_map_ops`.
public final class ProgArrayMap extends FdArrayMap {
    private final MapEnvironment environment;

    ProgArrayMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus);
        this.environment = environment;
    }

    /// The id of the program at that index, 0 for none or an index beyond the end.
    @Override
    @HotPath
    public int programId(int index) {
        return (int) cell(index);
    }

    @Override
    long resolve(long value) {
        return environment.programId(this, RawMemory.getInt(value));
    }

    @Override
    byte[] show(long cell) {
        return word(cell);
    }
}
