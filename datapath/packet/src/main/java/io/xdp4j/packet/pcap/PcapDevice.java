package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceInit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An emulated NIC that receives the frames of a capture file, and writes what it sends to another.
///
/// Thread: as [io.xdp4j.core.device.NetDevice].
/// Owns: both files, until closed.
final class PcapDevice extends CapturingNic {
    private final @Nullable PcapReplay replay;

    /// `replay` makes the replay for this device; null for a device that only captures.
    PcapDevice(
            Datapath datapath,
            DeviceInit init,
            @Nullable PcapWriter writer,
            @Nullable Function<PcapDevice, PcapReplay> replay) {
        super(datapath, init, writer);
        this.replay = replay == null ? null : replay.apply(this);
    }

    @Override
    public String transport() {
        return "pcap";
    }

    @Override
    protected void opened() {
        if (replay != null) {
            replay.start();
        }
    }

    @Override
    protected void stop() {
        if (replay != null) {
            replay.finish();
        }
        super.stop();
    }

    @Override
    public void stopReceiving() {
        if (replay != null) {
            replay.pause();
        }
    }

    @Override
    public boolean isExhausted() {
        return replay == null || replay.isFinished();
    }

    @Override
    public void close() {
        super.close();
        if (replay != null) {
            replay.close();
        }
    }
}
