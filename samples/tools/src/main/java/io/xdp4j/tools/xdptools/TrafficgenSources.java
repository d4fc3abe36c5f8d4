package io.xdp4j.tools.xdptools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.config.DeviceSpec;
import io.xdp4j.config.PcapDeviceSpec;
import io.xdp4j.config.SourceLocation;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.packet.pcap.PcapngWriter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.ToolSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Devices of an own datapath that repeat one packet, each on a worker.
///
/// @param count devices
record TrafficgenSources(int count) {
    /// What their names begin with.
    static final String NAME = "trafficgen";

    /// Refuses an option's value outside its bounds.
    static void check(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw CommandException.usage(
                    option + ": " + value + " (expected: " + least + ".." + most + ")");
        }
    }

    /// The datapath with the sources.
    ///
    /// @param packets all of them together, 0 for ever
    DatapathConfig addTo(DatapathConfig config, byte[] frame, int packets) {
        Path file = write(frame);
        List<DeviceSpec> all = new ArrayList<>(config.devices());
        for (int i = 0; i < count; i++) {
            all.add(
                    new PcapDeviceSpec(
                            NAME + i,
                            file,
                            1,
                            PcapDeviceSpec.Timing.ASAP,
                            packets / count + (i < packets % count ? 1 : 0),
                            null,
                            new SourceLocation("<command line>", 0, NAME)));
        }
        return config.withDevices(all);
    }

    private static Path write(byte[] frame) {
        try {
            Path file = Files.createTempFile("xdp4j-trafficgen", ".pcapng");
            file.toFile().deleteOnExit();
            try (PcapngWriter writer = PcapngWriter.create(file)) {
                writer.write(writer.addInterface(NAME, 0), 0, frame, frame.length, List.of());
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<DeviceInfo> devices(ToolSession session) {
        return IntStream.range(0, count).mapToObj(i -> session.device(NAME + i)).toList();
    }

    /// Packets so far.
    static long sent(ToolSession session) {
        return session.control().snapshot().devices().stream()
                .filter(device -> device.name().startsWith(NAME))
                .mapToLong(device -> device.link().rxPackets())
                .sum();
    }
}
