package io.xdp4j.core.redirect;

import io.xdp4j.core.program.RedirectTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The sockets of a datapath by descriptor, and the xskmaps that may hold them.
///
/// Thread: any.
/// Kernel: the file descriptor table, `xsk_delete_from_maps`.
public final class SocketTable {
    private static final int FIRST_DESCRIPTOR = 3;

    private final Map<Integer, RedirectTarget> sockets = new HashMap<>();
    private final List<XskMap> maps = new ArrayList<>();
    private int next = FIRST_DESCRIPTOR;

    /// The descriptor of a new socket.
    public synchronized int open(RedirectTarget socket) {
        sockets.put(next, socket);
        return next++;
    }

    public synchronized Optional<RedirectTarget> socket(int descriptor) {
        return Optional.ofNullable(sockets.get(descriptor));
    }

    /// Forgets a socket and takes it out of all maps.
    public synchronized void close(int descriptor) {
        RedirectTarget socket = sockets.remove(descriptor);
        if (socket != null) {
            maps.forEach(map -> map.remove(socket));
        }
    }

    synchronized void add(XskMap map) {
        maps.add(map);
    }

    synchronized void remove(XskMap map) {
        maps.remove(map);
    }
}
