package io.xdp4j.packet.generator;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.NetDeviceProvider;
import io.xdp4j.packet.pcap.PcapWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Opens devices with transport `generator`.
///
/// | option | means | default |
/// |---|---|---|
/// | `queues`, `mtu`, `mac` | of the device | 1, 1500, derived from the name |
/// | `flows` | different flows | 64 |
/// | `size` or `sizes` | frame lengths, in turn; never below the headers | 64 |
/// | `rate` | frames a second over all queues, 0 for as fast as possible | 0 |
/// | `count` | frames in all, 0 for no end | 0 |
/// | `seed` | of addresses and ports | 1 |
/// | `protocols` | some of `udp`, `tcp`, `icmp`, in turn over the flows | `udp` |
/// | `ip-version` | 4, 6 or `both` | 4 |
/// | `src-mac`, `dst-mac` | of the frames | derived from the name, `mac` |
/// | `vlan` | tag of the frames | none |
/// | `bidirectional` | each flow in both directions | false |
/// | `capture` | pcap file for the frames that the device sends | none |
public final class GeneratorProvider implements NetDeviceProvider {
    @Override
    public List<String> transports() {
        return List.of("generator");
    }

    @Override
    public List<NetDevice> open(Datapath datapath, DeviceSpec spec) {
        GeneratorSpec generator = GeneratorSpec.of(spec);
        String capture = generator.capture();
        PcapWriter writer = capture == null ? null : PcapWriter.create(Path.of(capture));
        FlowTable table = new FlowTable(generator);
        try {
            return List.of(new GeneratorDevice(datapath, generator, table, writer));
        } catch (RuntimeException e) {
            table.close();
            close(e, writer);
            throw e;
        }
    }

    private static void close(RuntimeException failure, @Nullable PcapWriter writer) {
        try {
            if (writer != null) {
                writer.close();
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
