package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.CompletionRing;
import io.xdp4j.afxdp.FillRing;
import io.xdp4j.afxdp.RxRing;
import io.xdp4j.afxdp.Umem;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.afxdp.AfXdp;

/// What is done with the frames of a port, the same on both faces.
///
/// Thread: one at a time.
/// Fails: never by exception; what the kernel refuses ends the loop and is told by [#failure()].
public abstract sealed class XskLoop permits RxDropLoop, TxOnlyLoop, L2FwdLoop {
    /// Calls in a row to send what one turn put into a TX ring.
    private static final int MAX_KICKS = 16;

    /// Turns at the end.
    private static final int MAX_DRAINS = 4096;

    private static final int POLL_MILLIS = 10;

    final Umem umem;
    final FillRing fill;
    final CompletionRing completion;
    final XskUser[] users;
    final int batch;
    private final boolean copies;
    private final boolean busyPoll;
    private final int pollEvents;
    private int outstanding;
    private volatile int failure;

    /// @param pollEvents events to wait for before each turn, 0 to look without waiting
    XskLoop(XskPort port, int batch, int pollEvents) {
        this.umem = port.umem();
        this.fill = port.fill();
        this.completion = port.completion();
        this.users = port.users().toArray(XskUser[]::new);
        this.copies = port.copies();
        this.busyPoll = port.setup().busyPoll();
        this.batch = batch;
        this.pollEvents = pollEvents;
    }

    /// One turn over all sockets; how many packets it moved.
    @HotPath
    final int step() {
        int done = 0;
        for (XskUser user : users) {
            if (pollEvents == 0 || isReady(user)) {
                done += step(user);
            }
        }
        return done;
    }

    @HotPath
    abstract int step(XskUser user);

    /// Takes what is still there, at the end; waits for nothing more.
    void drain() {
        int done;
        int turns = 0;
        do {
            done = 0;
            for (XskUser user : users) {
                done += step(user);
            }
        } while (done > 0 && ++turns < MAX_DRAINS);
    }

    /// True when there is nothing left to do.
    boolean isDone() {
        return failure != 0;
    }

    /// The errno that ended the loop, 0 for none.
    public final int failure() {
        return failure;
    }

    final void fail(int errno) {
        failure = errno;
    }

    private boolean isReady(XskUser user) {
        user.add(XskCount.OPT_POLLS, 1);
        int events = user.socket().poll(pollEvents, POLL_MILLIS);
        if (events < 0 && events != -Errno.EINTR) {
            failure = -events;
        }
        return events > 0;
    }

    /// True when a turn that moved nothing may be followed by a pause.
    boolean mayNap() {
        return false;
    }

    static int events(boolean polls, boolean receives) {
        int events = receives ? PollSet.POLLIN : PollSet.POLLOUT;
        return polls ? events : 0;
    }

    // ---- receive

    /// Descriptors that wait in a socket's RX ring, at most a batch.
    @HotPath
    final int received(XskUser user) {
        RxRing rx = user.rx();
        int count = rx.peek(batch);
        if (count == 0) {
            user.add(XskCount.RX_EMPTY_POLLS, 1);
            wakeRx(user);
        }
        return count;
    }

    @HotPath
    private void wakeRx(XskUser user) {
        if (busyPoll || fill.needsWakeup()) {
            user.socket().wakeRx();
        }
    }

    /// Room for that many chunks in the fill ring.
    @HotPath
    final int roomToFill(XskUser user, int wanted) {
        int room = fill.reserve(wanted);
        if (room < wanted) {
            user.add(XskCount.FILL_FAIL_POLLS, 1);
            wakeRx(user);
        }
        return room;
    }

    /// 1 when waiting descriptor `index` is the last of its packet.
    @HotPath
    static int endsPacket(RxRing rx, int index) {
        return (rx.options(index) & AfXdp.XDP_PKT_CONTD) == 0 ? 1 : 0;
    }

    // ---- transmit

    /// Descriptors that were put into TX rings and did not come back yet.
    final int outstanding() {
        return outstanding;
    }

    @HotPath
    final void submitted(XskUser user, int descriptors) {
        user.tx().submit();
        outstanding += descriptors;
        kick(user);
    }

    /// Has the kernel look at a TX ring where it does not by itself, and takes back what it sent.
    @HotPath
    final void kick(XskUser user) {
        for (int i = 0; i < MAX_KICKS && (copies || user.tx().needsWakeup()); i++) {
            user.add(copies ? XskCount.COPY_TX_SENDTOS : XskCount.TX_WAKEUP_SENDTOS, 1);
            int result = user.socket().wakeTx();
            reap(user);
            if (result != -Errno.EAGAIN) {
                check(result);
                return;
            }
        }
        reap(user);
    }

    @HotPath
    private void check(int result) {
        switch (-result) {
            case Errno.EBUSY, Errno.ENOBUFS, Errno.ENETDOWN -> {} // the next turn tries again
            default -> {
                if (result < 0) {
                    failure = -result;
                }
            }
        }
    }

    @HotPath
    private void reap(XskUser user) {
        int count = completion.peek(outstanding);
        if (count > 0) {
            int taken = completed(user, count);
            completion.release(taken);
            outstanding -= taken;
        }
    }

    /// Takes the first waiting completions; returns how many.
    @HotPath
    abstract int completed(XskUser user, int count);
}
