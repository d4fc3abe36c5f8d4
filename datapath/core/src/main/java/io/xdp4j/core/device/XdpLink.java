package io.xdp4j.core.device;

import static io.xdp4j.ebpf.Errno.EINVAL;
import static io.xdp4j.ebpf.Errno.EPERM;

import io.xdp4j.core.program.XdpProgram;
import org.jspecify.annotations.Nullable;

/// An attachment that owns its place on a device: nothing but the link itself replaces or removes the
/// program, and closing it detaches.
///
/// Thread: any but a worker.
/// Fails: [XdpAttachException] with the kernel's errno.
/// Kernel: `struct bpf_xdp_link`.
public final class XdpLink implements AutoCloseable {
    /// `ENOLINK`: the device of the link is gone.
    private static final int ENOLINK = 67;

    private final XdpState state;
    private final XdpMode mode;
    private AttachedProgram program;
    private boolean attached = true;

    XdpLink(XdpState state, XdpMode mode, AttachedProgram program) {
        this.state = state;
        this.mode = mode;
        this.program = program;
    }

    public NetDevice device() {
        return state.device();
    }

    public XdpMode mode() {
        return mode;
    }

    public AttachedProgram program() {
        synchronized (state) {
            return program;
        }
    }

    /// False once closed, or once its device has gone.
    public boolean isAttached() {
        synchronized (state) {
            return attached;
        }
    }

    /// Replaces the program without losing a frame.
    ///
    /// Fails: ENOLINK without device, EPERM when the program is not `expected` (null for any), EINVAL
    /// for a program of another attach type, and what the device answers.
    public void update(XdpProgram next, @Nullable XdpProgram expected) {
        synchronized (state) {
            if (!attached) {
                throw refused(ENOLINK, "ENOLINK: the device is gone");
            }
            if (expected != null && !program.program().equals(expected)) {
                String now = program.program().name();
                throw refused(EPERM, "EPERM: program " + now + " is there, not the expected one");
            }
            if (next.attachType() != program.program().attachType()) {
                throw refused(EINVAL, "EINVAL: a program of another attach type");
            }
            if (!next.equals(program.program())) {
                program = state.install(mode, next);
            }
        }
    }

    private XdpAttachException refused(int errno, String reason) {
        return new XdpAttachException(errno, "update(" + device() + "): " + reason);
    }

    /// Called when the device lets go of the link.
    void released() {
        attached = false;
    }

    @Override
    public void close() {
        state.close(this);
    }
}
