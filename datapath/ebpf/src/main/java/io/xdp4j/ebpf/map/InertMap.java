package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import org.jspecify.annotations.Nullable;

/// A map that programs may name but nothing here fills: cgroup storage, stack traces, sockhash.
///
/// Thread: any.
/// Fails: EOPNOTSUPP for all that would change it.
final class InertMap extends BpfMap {
    InertMap(MapSpec spec, int id, int cpus) {
        super(spec, id, cpus);
    }

    @Override
    public long lookup(long key, int cpu) {
        return 0;
    }

    @Override
    public int update(long key, long value, long flags, int cpu) {
        return -Errno.EOPNOTSUPP;
    }

    @Override
    public int delete(long key, int cpu) {
        return -Errno.EOPNOTSUPP;
    }

    @Override
    public boolean owns(long address, int size) {
        return false;
    }

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        return null;
    }

    @Override
    int userNextKey(long key, long next) {
        return -Errno.ENOENT;
    }
}
