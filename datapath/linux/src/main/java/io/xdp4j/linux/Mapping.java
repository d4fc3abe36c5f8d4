package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.xdp4j.linux.memory.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Memory mapped from a descriptor, or anonymous; page-aligned, and zero when anonymous.
///
/// - Thread: any may use the memory; one owner closes it, after all others have stopped.
/// - Owns: the mapping until [#close()], which is idempotent. Raw addresses into it die with it.
/// - Fails: throws [NativeException].
/// - Kernel: `mmap(2)`, `munmap(2)`.
public final class Mapping implements AutoCloseable {
    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int MAP_SHARED = 0x01;
    public static final int MAP_PRIVATE = 0x02;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_LOCKED = 0x2000;
    public static final int MAP_NORESERVE = 0x4000;
    public static final int MAP_POPULATE = 0x8000;
    public static final int MAP_HUGETLB = 0x40000;

    private static final int SC_PAGESIZE = 30;

    private static final MethodHandle MMAP =
            Downcall.of(
                    "mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                    JAVA_LONG);
    private static final MethodHandle MUNMAP =
            Downcall.of("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SYSCONF = Downcall.of("sysconf", JAVA_LONG, JAVA_INT);

    private final long lengthBytes;
    private long address;

    private Mapping(long address, long lengthBytes) {
        this.address = address;
        this.lengthBytes = lengthBytes;
    }

    /// Private zeroed memory, faulted in at once so that the hot path takes no page faults.
    public static Mapping anonymous(long lengthBytes) {
        return of(
                -1,
                0,
                lengthBytes,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE);
    }

    /// Shared, readable and writable memory of a descriptor: a packet ring or AF_XDP ring.
    public static Mapping shared(int fd, long offset, long lengthBytes) {
        return of(fd, offset, lengthBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE);
    }

    /// Maps with all arguments given.
    ///
    /// @param fd descriptor, or -1 with `MAP_ANONYMOUS`
    /// @param protection bits `PROT_*`
    /// @param flags bits `MAP_*`
    public static Mapping of(int fd, long offset, long lengthBytes, int protection, int flags) {
        MemorySegment slot = Downcall.errnoSlot();
        long address;
        try {
            address = (long) MMAP.invokeExact(slot, 0L, lengthBytes, protection, flags, fd, offset);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
        if (address == -1) {
            throw NativeException.of(
                    "mmap", subject(fd, lengthBytes, flags), (int) Downcall.result(address, slot));
        }
        return new Mapping(address, lengthBytes);
    }

    private static String subject(int fd, long lengthBytes, int flags) {
        String huge = (flags & MAP_HUGETLB) != 0 ? ", MAP_HUGETLB" : "";
        return "fd=" + fd + ", length=" + lengthBytes + huge;
    }

    /// Bytes in a page.
    public static int pageSizeBytes() {
        return (int) sysconf(SC_PAGESIZE);
    }

    static long sysconf(int name) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return (long) SYSCONF.invokeExact(slot, name);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// First byte; 0 after [#close()].
    public long address() {
        return address;
    }

    public long lengthBytes() {
        return lengthBytes;
    }

    /// The memory as a segment, which does not notice [#close()].
    public MemorySegment segment() {
        if (address == 0) {
            throw new IllegalStateException("mapping is closed");
        }
        return RawMemory.segment(address, lengthBytes);
    }

    @Override
    public void close() {
        if (address == 0) {
            return;
        }
        MemorySegment slot = Downcall.errnoSlot();
        int result;
        try {
            result = Downcall.result((int) MUNMAP.invokeExact(slot, address, lengthBytes), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
        if (result < 0) {
            throw NativeException.of("munmap", "length=" + lengthBytes, result);
        }
        address = 0;
    }

    @Override
    public String toString() {
        return "Mapping[address=0x" + Long.toHexString(address) + ", length=" + lengthBytes + ']';
    }
}
