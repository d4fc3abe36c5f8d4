package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.CompletionRing;
import io.xdp4j.afxdp.FillRing;
import io.xdp4j.afxdp.KernelXskSocket;
import io.xdp4j.afxdp.RxRing;
import io.xdp4j.afxdp.TxRing;
import io.xdp4j.afxdp.Umem;
import io.xdp4j.afxdp.XskSocket;
import java.util.ArrayList;
import java.util.List;

/// The sockets of one queue and what they share: a UMEM, its fill ring and its completion ring.
///
/// Thread: made and closed by one; the rings are the loop's.
/// Owns: sockets and UMEM, until closed.
/// Fails: [io.xdp4j.linux.NativeException].
public final class XskPort implements AutoCloseable {
    /// Chunks of the UMEM; as many fit the fill ring.
    static final int FRAMES = 4096;

    private static final int RING = 2048;

    private final XskSetup setup;
    private final Umem umem;
    private final FillRing fill;
    private final CompletionRing completion;
    private final List<XskUser> users = new ArrayList<>();

    private XskPort(XskFace face, XskSetup setup, Umem umem) {
        this.setup = setup;
        this.umem = umem;
        XskSocket first = face.socket();
        try {
            first.registerUmem(umem);
            fill = first.fillRing(FRAMES);
            completion = first.completionRing(RING);
            RxRing rx = first.rxRing(RING);
            TxRing tx = first.txRing(RING);
            pollBusily(first);
            face.bind(first, setup.queue(), setup.bindFlags());
            users.add(new XskUser(first, rx, tx));
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    /// Makes the sockets and has frames of the device come to them.
    public static XskPort open(XskFace face, XskSetup setup) {
        Umem umem = Umem.allocate(FRAMES, setup.umem());
        try {
            XskPort port = new XskPort(face, setup, umem);
            try {
                port.share(face);
                port.receive(face);
                return port;
            } catch (RuntimeException e) {
                port.closeSockets();
                throw e;
            }
        } catch (RuntimeException e) {
            umem.close();
            throw e;
        }
    }

    private void share(XskFace face) {
        for (int i = 1; i < setup.sockets(); i++) {
            XskSocket socket = face.socket();
            try {
                RxRing rx = socket.rxRing(RING);
                TxRing tx = socket.txRing(RING);
                pollBusily(socket);
                socket.bindShared(face.ifindex(), setup.queue(), users.getFirst().socket(), 0);
                users.add(new XskUser(socket, rx, tx));
            } catch (RuntimeException e) {
                socket.close();
                throw e;
            }
        }
    }

    private void pollBusily(XskSocket socket) {
        if (setup.busyPoll() && socket instanceof KernelXskSocket kernel) {
            kernel.preferBusyPoll();
        }
    }

    private void receive(XskFace face) {
        if (!setup.receives()) {
            return;
        }
        fill.reserve(FRAMES);
        for (int i = 0; i < FRAMES; i++) {
            fill.put(umem.chunk(i));
        }
        fill.submit();
        face.attach(setup.queue(), users.size(), setup.frags());
        for (int i = 0; i < users.size(); i++) {
            face.direct(i, users.get(i).socket());
        }
    }

    XskSetup setup() {
        return setup;
    }

    Umem umem() {
        return umem;
    }

    FillRing fill() {
        return fill;
    }

    CompletionRing completion() {
        return completion;
    }

    /// The sockets in the order that frames are handed to them.
    public List<XskUser> users() {
        return users;
    }

    /// True when the kernel copies, and sends only within calls.
    boolean copies() {
        return !users.getFirst().socket().isZeroCopy();
    }

    private void closeSockets() {
        users.reversed().forEach(user -> user.socket().close());
    }

    @Override
    public void close() {
        closeSockets();
        umem.close();
    }
}
