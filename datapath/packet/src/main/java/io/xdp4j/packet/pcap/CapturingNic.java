package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.TxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// An emulated NIC whose wire takes every frame, and writes it to a capture file where there is
/// one.
///
/// Thread: as [NetDevice].
/// Owns: the capture file.
/// Fails: transmit refuses while the device is down and from the first frame on that is longer than
/// the MTU allows.
public abstract class CapturingNic extends NetDevice {
    private final @Nullable PcapCapture capture;

    /// Takes over `writer`, which is null when nothing is captured.
    protected CapturingNic(Datapath datapath, DeviceInit init, @Nullable PcapWriter writer) {
        super(datapath, init);
        this.capture = writer == null ? null : new PcapCapture(this, writer);
    }

    @Override
    protected void stop() {
        if (capture != null) {
            capture.finish();
        }
    }

    @Override
    public void close() {
        super.close();
        if (capture != null) {
            capture.close();
        }
    }

    @HotPath
    @Override
    public final boolean transmitsFrags() {
        return true;
    }

    @HotPath
    @Override
    public final int xdpXmit(Worker worker, XdpFrame[] frames, int count, boolean flush) {
        int error = 0;
        int taken = 0;
        while (taken < count && (error = checkForward(frames[taken])) == 0) {
            taken++;
        }
        TxQueue tx = txQueue(worker);
        if (taken == 0) {
            return error;
        }
        if (capture == null) {
            tx.sent(taken, worker.transmitted(frames, taken));
        } else {
            capture.offerAll(worker, tx, frames, taken);
        }
        return taken;
    }
}
