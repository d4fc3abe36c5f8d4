package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/// Which CPUs the calling thread may run on, and where it runs.
///
/// - Thread: every call is about the calling thread, which must not be virtual. Threads it starts
///   later inherit its CPUs.
/// - Fails: the affinity calls throw [NativeException]; the others do not fail.
/// - Kernel: `sched_setaffinity(2)`, `sched_getaffinity(2)`, `sched_getcpu(3)`, `gettid(2)`.
public final class Sched {
    private static final int MASK_BYTES = 1024;
    private static final int SC_NPROCESSORS_CONF = 83;
    private static final int SC_NPROCESSORS_ONLN = 84;

    private static final MethodHandle SETAFFINITY =
            Downcall.of("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle GETAFFINITY =
            Downcall.of("sched_getaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle GETCPU = Downcall.ofLeaf("sched_getcpu", JAVA_INT);
    private static final MethodHandle GETTID = Downcall.ofLeaf("gettid", JAVA_INT);

    private Sched() {}

    /// Pins the calling thread to the CPUs whose bits are set.
    public static void setAffinity(BitSet cpus) {
        if (cpus.isEmpty() || cpus.length() > MASK_BYTES * 8) {
            throw new IllegalArgumentException(
                    "cpus: " + cpus + " (expected: at least one, below " + MASK_BYTES * 8 + ')');
        }
        requirePlatformThread();
        MemorySegment slot = Downcall.errnoSlot();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, 8);
            MemorySegment.copy(cpus.toByteArray(), 0, mask, JAVA_BYTE, 0, (cpus.length() + 7) / 8);
            int result =
                    Downcall.result(
                            (int)
                                    SETAFFINITY.invokeExact(
                                            slot, 0, (long) MASK_BYTES, mask.address()),
                            slot);
            if (result < 0) {
                throw NativeException.of("sched_setaffinity", "cpus=" + cpus, result);
            }
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Pins the calling thread to one CPU.
    public static void setAffinity(int cpu) {
        BitSet cpus = new BitSet();
        cpus.set(cpu);
        setAffinity(cpus);
    }

    /// The CPUs that the calling thread may run on.
    public static BitSet affinity() {
        requirePlatformThread();
        MemorySegment slot = Downcall.errnoSlot();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, 8);
            int result =
                    Downcall.result(
                            (int)
                                    GETAFFINITY.invokeExact(
                                            slot, 0, (long) MASK_BYTES, mask.address()),
                            slot);
            if (result < 0) {
                throw NativeException.of("sched_getaffinity", "", result);
            }
            return BitSet.valueOf(mask.asByteBuffer());
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    private static void requirePlatformThread() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "thread: virtual (expected: platform); a virtual thread has no CPUs of its own");
        }
    }

    /// The CPU that the calling thread runs on now.
    public static int currentCpu() {
        try {
            return (int) GETCPU.invokeExact();
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// The kernel's id of the calling thread, as `top -H` shows it.
    public static int threadId() {
        try {
            return (int) GETTID.invokeExact();
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// CPUs that are online in the machine, whatever this process may use.
    public static int onlineCpus() {
        return (int) Mapping.sysconf(SC_NPROCESSORS_ONLN);
    }

    /// CPUs that the machine has, online or not; CPU numbers are below this.
    public static int configuredCpus() {
        return (int) Mapping.sysconf(SC_NPROCESSORS_CONF);
    }
}
