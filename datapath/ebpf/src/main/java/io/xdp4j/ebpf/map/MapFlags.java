package io.xdp4j.ebpf.map;

/// Flags of a map's creation and of an update.
///
/// Kernel: `BPF_F_*` and `BPF_ANY`.. in `include/uapi/linux/bpf.h`.
public final class MapFlags {
    public static final int NO_PREALLOC = 1;
    public static final int NO_COMMON_LRU = 2;
    public static final int NUMA_NODE = 4;
    public static final int RDONLY = 8;
    public static final int WRONLY = 16;
    public static final int STACK_BUILD_ID = 32;
    public static final int ZERO_SEED = 64;
    public static final int RDONLY_PROG = 128;
    public static final int WRONLY_PROG = 256;
    public static final int CLONE = 512;
    public static final int MMAPABLE = 1024;
    public static final int PRESERVE_ELEMS = 2048;
    public static final int INNER_MAP = 4096;

    // of an update
    public static final long ANY = 0;
    public static final long NOEXIST = 1;
    public static final long EXIST = 2;
    public static final long LOCK = 4;

    private MapFlags() {}
}
