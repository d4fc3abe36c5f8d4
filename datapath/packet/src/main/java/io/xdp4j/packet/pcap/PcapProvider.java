package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.NetDeviceProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens devices with transport `pcap`.
///
/// | option | means | default |
/// |---|---|---|
/// | `file` | capture to replay | none: only captures |
/// | `queues` | receive queues, chosen by the hash of the flow | 1 |
/// | `timing` | `recorded` with the gaps of the file, or `asap` | `recorded` |
/// | `loop` | how often the file is replayed, 0 for ever | 1 |
/// | `capture` | file for the frames that the device sends | none |
/// | `mtu`, `mac` | of the device | 65535, derived from the name |
///
/// The whole file is read once at the opening, so that a malformed one is refused before anything
/// runs.
public final class PcapProvider implements NetDeviceProvider {
    private static final Logger LOG = LoggerFactory.getLogger(PcapProvider.class);
    private static final Set<String> OPTIONS =
            Set.of("file", "queues", "timing", "loop", "capture", "mtu", "mac");
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65_535;
    private static final int MAX_LOOP = 1_000_000_000;
    private static final Duration MAX_SPAN = Duration.ofDays(7);

    @Override
    public List<String> transports() {
        return List.of("pcap");
    }

    @Override
    public List<NetDevice> open(Datapath datapath, DeviceSpec spec) {
        DeviceOptions options = new DeviceOptions(spec, OPTIONS);
        DeviceInit init =
                new DeviceInit(
                        spec.name(),
                        0,
                        options.integer("mtu", MIN_MTU, MAX_MTU, MAX_MTU),
                        options.mac("mac", DeviceOptions.macOf(spec.name())),
                        options.integer("queues", 1, 64, 1));
        boolean recorded =
                options.oneOf("timing", List.of("recorded", "asap"), "recorded").equals("recorded");
        long loops = options.number("loop", 0, MAX_LOOP, 1);
        String file = options.textOrNull("file");
        String capture = options.textOrNull("capture");
        if (file == null && capture == null) {
            throw options.usage("file", "missing", "file to replay, or capture to write");
        }
        checkDistinct(options, file, capture);
        PcapReader reader = file == null ? null : openReader(Path.of(file), spec, recorded);
        return List.of(open(datapath, init, reader, capture, recorded, loops));
    }

    private static NetDevice open(
            Datapath datapath,
            DeviceInit init,
            @Nullable PcapReader reader,
            @Nullable String capture,
            boolean recorded,
            long loops) {
        PcapWriter writer = null;
        try {
            writer = capture == null ? null : PcapWriter.create(Path.of(capture));
            Function<PcapDevice, PcapReplay> replay =
                    reader == null
                            ? null
                            : device -> new PcapReplay(device, reader, recorded, loops);
            return new PcapDevice(datapath, init, writer, replay);
        } catch (DeviceException e) {
            closeAfter(e, reader, writer);
            throw e;
        }
    }

    /// Closes what a failed opening leaves behind.
    static void closeAfter(Exception failure, @Nullable AutoCloseable... open) {
        for (AutoCloseable one : open) {
            try {
                if (one != null) {
                    one.close();
                }
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static void checkDistinct(
            DeviceOptions options, @Nullable String file, @Nullable String capture) {
        if (file == null || capture == null) {
            return;
        }
        try {
            Path out = Path.of(capture);
            if (Files.exists(out) && Files.isSameFile(Path.of(file), out)) {
                throw options.usage("capture", capture, "another file than the replayed one");
            }
        } catch (IOException e) {
            // The file cannot be looked at; opening it says why.
            LOG.debug("{}", capture, e);
        }
    }

    private static PcapReader openReader(Path file, DeviceSpec spec, boolean recorded) {
        PcapReader reader = PcapReader.open(file);
        try {
            PcapSummary summary = reader.summary();
            if (recorded && summary.spanNanos() > MAX_SPAN.toNanos()) {
                throw new DeviceException(
                        DeviceException.Kind.INPUT,
                        file
                                + ": its timestamps span "
                                + Duration.ofNanos(summary.spanNanos()).toDays()
                                + " days (expected: <= 7); replay it with timing: asap");
            }
            if (summary.truncatedAt() >= 0) {
                LOG.warn(
                        "{}: {}: offset {}: the file ends within a record, which counts as"
                                + " RX_TRUNCATED",
                        spec.name(),
                        file,
                        summary.truncatedAt());
            }
            return reader;
        } catch (DeviceException e) {
            reader.close();
            throw e;
        }
    }
}
