package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// The 16 bytes of a dynptr on a program's stack: base, size with type and a read-only bit, offset.
///
/// Kernel: `struct bpf_dynptr_kern`.
final class Dynptr {
    /// Bytes of a dynptr.
    static final int BYTES = 16;

    private static final int SIZE_MASK = 0xff_ffff;
    private static final int TYPE_SHIFT = 28;
    private static final int READ_ONLY = 1 << 31;
    static final int LOCAL = 1;
    static final int RINGBUF = 2;
    static final int XDP = 4;

    private static final int SIZE = 8;
    private static final int OFFSET = 12;

    /// Writes a dynptr.
    @HotPath
    static void init(long dynptr, long data, int type, int offset, int size) {
        RawMemory.putLong(dynptr, data);
        RawMemory.putInt(dynptr + SIZE, size | type << TYPE_SHIFT);
        RawMemory.putInt(dynptr + OFFSET, offset);
    }

    /// Writes a dynptr to nothing.
    @HotPath
    static void clear(long dynptr) {
        RawMemory.putLong(dynptr, 0);
        RawMemory.putLong(dynptr + SIZE, 0);
    }

    /// What it points to; 0 for nothing, the context's handle for a packet.
    @HotPath
    static long base(long dynptr) {
        return RawMemory.getLong(dynptr);
    }

    @HotPath
    static int size(long dynptr) {
        return RawMemory.getInt(dynptr + SIZE) & SIZE_MASK;
    }

    @HotPath
    static void resize(long dynptr, int offset, int size) {
        int rest = RawMemory.getInt(dynptr + SIZE) & ~SIZE_MASK;
        RawMemory.putInt(dynptr + SIZE, rest | size);
        RawMemory.putInt(dynptr + OFFSET, offset);
    }

    @HotPath
    static int offset(long dynptr) {
        return RawMemory.getInt(dynptr + OFFSET);
    }

    @HotPath
    static boolean isReadOnly(long dynptr) {
        return (RawMemory.getInt(dynptr + SIZE) & READ_ONLY) != 0;
    }

    @HotPath
    static boolean isPacket(long dynptr) {
        return (RawMemory.getInt(dynptr + SIZE) & ~READ_ONLY) >>> TYPE_SHIFT == XDP;
    }

    /// True when `length` bytes from `offset` lie in it; both unsigned.
    @HotPath
    static boolean covers(long dynptr, long offset, long length) {
        long size = size(dynptr);
        return length <= size && offset <= size - length;
    }

    private Dynptr() {}
}
