package io.xdp4j.core.napi;

import io.xdp4j.ebpf.HotPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Schedule and complete state of one poller.
///
/// | step | producer | poller |
/// |---|---|---|
/// | A | puts its frame into the ring | B: sets IDLE with a full fence |
/// | C | compare-and-set IDLE to SCHEDULED | D: looks into the ring again |
///
/// A before C and B before D are sequentially consistent, so either C succeeds or D sees the frame.
///
/// Thread: [#schedule()] any; the rest the worker.
/// Kernel: `struct napi_struct`, `napi_schedule`, `napi_complete_done`.
public final class NapiContext {
    private static final int IDLE = 0;
    private static final int SCHEDULED = 1;
    private static final Logger LOG = LoggerFactory.getLogger(NapiContext.class);
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(NapiContext.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Worker worker;
    private final NapiPoller poller;
    private final String name;
    private boolean failureLogged;

    @SuppressWarnings("unused") // through STATE
    private volatile int state;

    /// Next in the worker's list of pollers that other threads scheduled.
    @Nullable NapiContext nextRemote;

    NapiContext(Worker worker, NapiPoller poller, String name) {
        this.worker = worker;
        this.poller = poller;
        this.name = name;
    }

    /// The worker that polls.
    public Worker worker() {
        return worker;
    }

    /// Has the poller run soon; wakes its worker when that sleeps.
    @HotPath
    public void schedule() {
        if (STATE.compareAndSet(this, IDLE, SCHEDULED)) { // (C)
            worker.enlist(this);
        }
    }

    /// One poll with the flush at its end. Returns true when the poller has more work.
    @HotPath
    boolean pollOnce() {
        int done = 0;
        try {
            done = poller.poll(NapiPoller.BUDGET);
        } catch (Throwable e) {
            failed(e);
        }
        try {
            worker.flush();
        } catch (Throwable e) {
            failed(e);
        }
        worker.countPolled(done);
        if (done >= NapiPoller.BUDGET) {
            return true;
        }
        STATE.setVolatile(this, IDLE); // (B)
        return poller.hasWork() && STATE.compareAndSet(this, IDLE, SCHEDULED); // (D)
    }

    /// Keeps a bug in a poller or a device from ending the worker, and with it everything else that
    /// it polls. The frame in hand is lost, which the ledger shows.
    private void failed(Throwable e) {
        if (!failureLogged) {
            failureLogged = true;
            LOG.error("{}: poll failed; frames may be lost (logged once a poller)", this, e);
        }
    }

    @Override
    public String toString() {
        return "napi " + name + " on " + worker;
    }
}
