package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// A devmap, cpumap or xskmap: entries by index.
///
/// Thread: look-ups any; changes by users.
/// Kernel: kernel/bpf/devmap.c, kernel/bpf/cpumap.c, net/xdp/xskmap.c.
public final class IndexedRedirectMap extends RedirectMap {
    // A cell: the user's eight bytes, then whether there is an entry.
    private static final int CELL = 16;
    private static final int PRESENT = 8;

    private final long cells;
    private final int entries;
    private final @Nullable Backend backend;

    IndexedRedirectMap(MapSpec spec, int id, int cpus, @Nullable Backend backend) {
        super(spec, id, cpus);
        this.backend = backend;
        entries = spec.maxEntries();
        cells = memory().allocate((long) CELL * entries, 64);
        if (backend != null) {
            backend.whenGone(this::forget);
        }
    }

    private void forget(int key) {
        RawAtomics.storeRelease32(cell(key) + PRESENT, 0);
    }

    @Override
    @HotPath
    public long redirectFlags() {
        return type() == MapType.DEVMAP ? BROADCAST | EXCLUDE_INGRESS : 0;
    }

    @Override
    @HotPath
    public boolean hasEntry(int key) {
        return Integer.compareUnsigned(key, entries) < 0
                && RawAtomics.loadAcquire32(cell(key) + PRESENT) != 0; // pairs with put()
    }

    @Override
    public @Nullable Backend backend() {
        return backend;
    }

    @HotPath
    private long cell(int key) {
        return cells + (long) key * CELL;
    }

    // ---- programs

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        int index = RawMemory.getInt(key);
        return hasEntry(index) ? cell(index) : 0;
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        return -Errno.EPERM;
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        return -Errno.EPERM;
    }

    @Override
    public boolean owns(long address, int size) {
        long offset = address - cells;
        return offset >= 0
                && offset < (long) entries * CELL
                && hasEntry((int) (offset / CELL))
                && offset % CELL + size <= valueSize();
    }

    // ---- users

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        if (type() == MapType.XSKMAP) {
            throw failure(Errno.EOPNOTSUPP, "entries cannot be read");
        }
        long at = lookup(key, userCpu());
        return at == 0 ? null : RedirectRules.toUser(spec(), at);
    }

    @Override
    int userUpdate(long key, long value, long flags) {
        if (RedirectRules.areBadFlags(flags)) {
            return -Errno.EINVAL;
        }
        int index = RawMemory.getInt(key);
        if (Integer.compareUnsigned(index, entries) >= 0) {
            return -Errno.E2BIG;
        }
        int word = RawMemory.getInt(value);
        int program = RedirectRules.program(spec(), value);
        return switch (type()) {
            case XSKMAP -> updateSocket(index, word, flags);
            case CPUMAP -> updateCpu(index, word, program, flags);
            default -> updateDevice(index, word, program, flags);
        };
    }

    private int updateSocket(int index, int socket, long flags) {
        boolean isThere = hasEntry(index);
        if (isThere && RawMemory.getInt(cell(index)) == socket) {
            return 0;
        }
        if (isThere && flags == MapFlags.NOEXIST) {
            return -Errno.EEXIST;
        }
        int error = put(index, socket, 0);
        if (error == 0 && !isThere && flags == MapFlags.EXIST) {
            // The kernel looks at the socket before it looks at the entry.
            clear(index);
            return -Errno.ENOENT;
        }
        return error;
    }

    private int updateCpu(int index, int queue, int program, long flags) {
        if (flags == MapFlags.NOEXIST) {
            return -Errno.EEXIST;
        }
        if (Integer.compareUnsigned(queue, RedirectRules.MAX_QUEUE) > 0) {
            return -Errno.EOVERFLOW;
        }
        if (backend == null && index >= cpus()) {
            return -Errno.ENODEV;
        }
        if (queue == 0 && index >= cpus() && !hasEntry(index)) {
            return -Errno.ENODEV;
        }
        return queue == 0 ? clear(index) : put(index, queue, program);
    }

    private int updateDevice(int index, int ifindex, int program, long flags) {
        if (flags == MapFlags.NOEXIST) {
            return -Errno.EEXIST;
        }
        if (ifindex == 0) {
            return RedirectRules.hasProgram(program) ? -Errno.EINVAL : clear(index);
        }
        return put(index, ifindex, program);
    }

    @HotPath
    private int put(int index, int word, int program) {
        int error = RedirectRules.backendError(backend, index, word, program);
        if (error == 0) {
            long both = (word & 0xffff_ffffL) | ((long) Math.max(program, 0) << 32);
            RawMemory.putLong(cell(index), both);
            RawAtomics.storeRelease32(cell(index) + PRESENT, 1);
        }
        return error;
    }

    private int clear(int index) {
        if (hasEntry(index)) {
            forget(index);
            if (backend != null) {
                backend.clear(index);
            }
        }
        return 0;
    }

    @Override
    int userDelete(long key) {
        int index = RawMemory.getInt(key);
        return Integer.compareUnsigned(index, entries) >= 0 ? -Errno.EINVAL : clear(index);
    }

    @Override
    int userNextKey(long key, long next) {
        return ArrayMap.nextIndex(key, next, entries);
    }

    @Override
    public void close() {
        if (backend != null) {
            backend.close();
        }
        super.close();
    }
}
