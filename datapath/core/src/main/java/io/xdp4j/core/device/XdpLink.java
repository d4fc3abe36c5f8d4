package io.xdp4j.core.device;

/// An attachment of a program to a device; closing detaches it, unless another program has taken
/// its place.
///
/// Thread: any but a worker.
/// Kernel: `bpf_xdp_link`.
public final class XdpLink implements AutoCloseable {
    private final NetDevice device;
    private final AttachedProgram program;

    XdpLink(NetDevice device, AttachedProgram program) {
        this.device = device;
        this.program = program;
    }

    public NetDevice device() {
        return device;
    }

    public AttachedProgram program() {
        return program;
    }

    @Override
    public void close() {
        device.detachIf(program);
    }
}
