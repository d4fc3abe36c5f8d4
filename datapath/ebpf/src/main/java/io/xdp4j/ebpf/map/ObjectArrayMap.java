package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;

/// An array of objects that only the environment knows: cgroups, sockets.
///
/// Thread: any.
/// Kernel: `cgroup_array_map_ops`, `sock_map_ops`, `reuseport_array_ops`.
final class ObjectArrayMap extends FdArrayMap {
    private static final long PRESENT = 1L << 32;

    private final MapEnvironment environment;

    ObjectArrayMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus);
        this.environment = environment;
    }

    @Override
    long resolve(long value) {
        int fd = RawMemory.getInt(value);
        int error = environment.admit(this, fd);
        return error < 0 ? error : PRESENT | (fd & 0xffff_ffffL);
    }

    @Override
    void requireShowable() {
        throw failure(Errno.ENOTSUPP, "entries cannot be read");
    }

    @Override
    byte[] show(long cell) {
        return word(cell);
    }
}
