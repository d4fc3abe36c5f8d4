package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A visit of the calling thread to another network namespace, until closed.
///
/// Sockets made during the visit stay in that namespace, and threads started during it live there.
///
/// ```
/// try (NetNamespace _ = NetNamespace.enter("red")) {
///     fd = PacketSocket.open();
/// }
/// ```
///
/// - Thread: enters and leaves on one thread, which must not be virtual.
/// - Owns: a descriptor of the namespace it came from, until closed.
/// - Fails: throws [NativeException]; leaving on another thread throws [IllegalStateException].
/// - Kernel: `setns(2)` with `CLONE_NEWNET`; names as `ip netns` keeps them in `/var/run/netns`.
public final class NetNamespace implements AutoCloseable {
    private static final String DIRECTORY = "/var/run/netns/";
    private static final String OWN = "/proc/thread-self/ns/net";
    private static final int CLONE_NEWNET = 0x4000_0000;

    private static final MethodHandle SETNS = Downcall.of("setns", JAVA_INT, JAVA_INT, JAVA_INT);

    private final String name;
    private final Thread visitor = Thread.currentThread();
    private int origin;

    private NetNamespace(String name, int origin) {
        this.name = name;
        this.origin = origin;
    }

    /// Moves the calling thread into the namespace `name`.
    public static NetNamespace enter(String name) {
        if (name.isEmpty() || name.contains("/")) {
            throw new IllegalArgumentException("name: " + name + " (expected: a name, no path)");
        }
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("thread: virtual (expected: platform)");
        }
        int target = Fd.open(DIRECTORY + name, Fd.O_RDONLY);
        try {
            NetNamespace visit = new NetNamespace(name, Fd.open(OWN, Fd.O_RDONLY));
            visit.moveTo(target, true);
            return visit;
        } finally {
            Fd.close(target);
        }
    }

    private void moveTo(int namespace, boolean entering) {
        MemorySegment slot = Downcall.errnoSlot();
        int result;
        try {
            result = Downcall.result((int) SETNS.invokeExact(slot, namespace, CLONE_NEWNET), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
        if (result < 0) {
            if (entering) {
                Fd.close(origin);
            }
            throw NativeException.of(
                    "setns", (entering ? "enter " : "leave ") + name + ", CLONE_NEWNET", result);
        }
    }

    public String name() {
        return name;
    }

    /// Moves the thread back to where it came from.
    @Override
    public void close() {
        if (origin < 0) {
            return;
        }
        if (!visitor.equals(Thread.currentThread())) {
            throw new IllegalStateException(
                    "thread: " + Thread.currentThread() + " (expected: " + visitor + ')');
        }
        moveTo(origin, false);
        Fd.close(origin);
        origin = -1;
    }
}
