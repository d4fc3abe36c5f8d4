package io.xdp4j.packet.generator;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.packet.pcap.CapturingNic;
import io.xdp4j.packet.pcap.PcapWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An emulated multi-queue NIC whose wire is a packet generator.
///
/// The frames of a run depend on the options alone: every run receives the same sequence, of which
/// each queue gets the flows that hash to it. What the device transmits is counted, and captured
/// where asked for.
///
/// Thread: as [io.xdp4j.core.device.NetDevice].
/// Owns: the flow table and the capture file, until closed.
/// Kernel: pktgen on the other end of the cable.
final class GeneratorDevice extends CapturingNic {
    private final FlowTable table;
    private final GeneratorQueue[] queues;

    GeneratorDevice(
            Datapath datapath, GeneratorSpec spec, FlowTable table, @Nullable PcapWriter writer) {
        super(datapath, spec.init(), writer);
        this.table = table;
        this.queues = new GeneratorQueue[spec.init().rxQueues()];
        Arrays.setAll(
                queues, i -> new GeneratorQueue(rxQueue(i), table, spec.count(), spec.rate()));
    }

    @Override
    public String transport() {
        return "generator";
    }

    @Override
    protected void opened() {
        for (GeneratorQueue queue : queues) {
            queue.start();
        }
    }

    @Override
    protected void stop() {
        stopReceiving();
        super.stop();
    }

    @Override
    public void stopReceiving() {
        for (GeneratorQueue queue : queues) {
            queue.stop();
        }
    }

    @Override
    public boolean isExhausted() {
        for (GeneratorQueue queue : queues) {
            if (!queue.isFinished()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        super.close();
        table.close();
    }
}
