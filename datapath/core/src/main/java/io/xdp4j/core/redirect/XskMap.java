package io.xdp4j.core.redirect;

import static io.xdp4j.core.redirect.UpdateFlags.BPF_EXIST;
import static io.xdp4j.core.redirect.UpdateFlags.BPF_NOEXIST;
import static io.xdp4j.ebpf.Errno.EBADF;
import static io.xdp4j.ebpf.Errno.EEXIST;
import static io.xdp4j.ebpf.Errno.EINVAL;
import static io.xdp4j.ebpf.Errno.ENOENT;
import static io.xdp4j.ebpf.Errno.EOPNOTSUPP;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.MapException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// AF_XDP sockets by index. A socket that is closed leaves all maps.
///
/// Thread: updates any thread; look-ups any worker, without a lock.
/// Kernel: `BPF_MAP_TYPE_XSKMAP`, net/xdp/xskmap.c.
public final class XskMap implements RedirectMap, AutoCloseable {
    private final SocketTable table;
    private final String name;
    private final int id;
    private final AtomicReferenceArray<@Nullable RedirectTarget> sockets;
    private IntConsumer gone = _ -> {};

    /// A map of `maxEntries` slots, all empty.
    public XskMap(Datapath datapath, String name, int maxEntries) {
        this(datapath, name, maxEntries, datapath.nextMapId());
    }

    /// The same under an id of the caller's, as tracepoints show it.
    public XskMap(Datapath datapath, String name, int maxEntries, int id) {
        if (maxEntries < 1) {
            throw new MapException(
                    EINVAL, name + ": max_entries: " + maxEntries + " (expected: > 0)");
        }
        this.table = datapath.shared(SocketTable.class, SocketTable::new);
        this.name = name;
        this.id = id;
        this.sockets = new AtomicReferenceArray<>(maxEntries);
        table.add(this);
    }

    /// Puts the socket with that descriptor into a slot.
    ///
    /// Fails: [MapException]: EINVAL for bad flags, E2BIG for the index, EBADF for the descriptor,
    /// EEXIST with `BPF_NOEXIST` where another is, ENOENT with `BPF_EXIST` where none is.
    public void update(int key, int descriptor, int flags) {
        UpdateFlags.check(name, flags);
        UpdateFlags.checkIndex(name, key, sockets.length());
        RedirectTarget socket =
                table.socket(descriptor)
                        .orElseThrow(() ->
                                new MapException(
                                        EBADF,
                                        name
                                                + ": socket: "
                                                + descriptor
                                                + " (expected: an open AF_XDP socket)"));
        synchronized (this) {
            RedirectTarget present = sockets.get(key);
            if (socket.equals(present)) {
                return;
            }
            if (present != null && flags == BPF_NOEXIST) {
                throw new MapException(EEXIST, name + ": key: " + key + ": taken");
            }
            if (present == null && flags == BPF_EXIST) {
                throw new MapException(ENOENT, name + ": key: " + key + ": empty");
            }
            sockets.set(key, socket);
        }
    }

    /// Empties a slot; no error when it is empty.
    public synchronized void delete(int key) {
        if (Integer.compareUnsigned(key, sockets.length()) >= 0) {
            throw new MapException(
                    EINVAL, name + ": key: " + key + " (expected: below max_entries)");
        }
        sockets.set(key, null);
    }

    /// Whom to tell the keys whose sockets have been closed, as they are.
    public synchronized void whenGone(IntConsumer keys) {
        gone = keys;
    }

    synchronized void remove(RedirectTarget socket) {
        for (int key = 0; key < sockets.length(); key++) {
            if (sockets.compareAndSet(key, socket, null)) {
                gone.accept(key);
            }
        }
    }

    @Override
    public void close() {
        table.remove(this);
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public long redirectFlags() {
        return 0;
    }

    @HotPath
    @Override
    public @Nullable RedirectTarget lookup(int key) {
        return Integer.compareUnsigned(key, sockets.length()) < 0 ? sockets.get(key) : null;
    }

    @HotPath
    @Override
    public int broadcast(XdpFrame frame, XdpRxqInfo ingress, int cpu, boolean excludeIngress) {
        return -EOPNOTSUPP;
    }

    @Override
    public String toString() {
        return "xskmap " + name;
    }
}
