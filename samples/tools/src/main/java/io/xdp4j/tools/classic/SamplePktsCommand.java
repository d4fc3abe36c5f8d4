package io.xdp4j.tools.classic;

import io.xdp4j.control.MapInfo;
import io.xdp4j.control.RecordBatch;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.packet.pcap.PcapngWriter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j xdp_sample_pkts`.
///
/// Kernel: `samples/bpf/xdp_sample_pkts_user.c`.
@Command(
        name = "xdp_sample_pkts",
        description = "Print length and Ethernet header of each packet of a device.",
        mixinStandardHelpOptions = true)
public final class SamplePktsCommand extends ToolCommand {
    private static final String OBJECT = "xdp_sample_pkts.bpf.o";
    private static final int COOKIE = 0xdead;
    private static final int METADATA_BYTES = 4;
    private static final int SHOWN_BYTES = 14;
    private static final int RING_BYTES = 256 << 10;
    private static final long NANOS = 1_000_000_000;

    @Parameters(paramLabel = "IFACE", description = "device: name or interface index")
    private String device = "";

    @Mixin private AttachOptions attach = new AttachOptions();

    @Option(
            names = {"-w", "--pcapng"},
            paramLabel = "FILE",
            description = "also write the samples, at most 64 bytes each, to a pcapng file")
    private @Nullable Path file;

    private @Nullable MapInfo ring;
    private @Nullable PcapngWriter capture;
    private long samples;
    private long lost;

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    @Override
    protected void prepare(ToolSession session) {
        SampleObject object = session.load(OBJECT, request -> request);
        MapInfo map = object.map("my_map");
        session.control().openPerf(map.id(), RING_BYTES);
        session.attach(object.program("xdp_sample_prog"), session.device(device), attach);
        ring = map;
        if (file != null) {
            capture = PcapngWriter.create(file);
            written(() -> capture().addInterface(session.device(device).name(), 0));
        }
    }

    private PcapngWriter capture() {
        if (capture == null) {
            throw new IllegalStateException("no capture is open");
        }
        return capture;
    }

    /// Something that writes the capture.
    private interface Writing {
        void run() throws IOException;
    }

    private void written(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new CommandException(ExitCode.RUNTIME, file + ": cannot be written: " + e, e);
        }
    }

    @Override
    protected void poll(ToolSession session) {
        MapInfo map = ring;
        if (map == null) {
            return;
        }
        RecordBatch batch = session.control().readRecords(map.id());
        for (RecordBatch.Sent one : batch.records()) {
            sample(session, one);
        }
        if (batch.lost() > lost && !target().json()) {
            session.out().printf(Locale.ROOT, "lost %d events%n", batch.lost() - lost);
        }
        lost = batch.lost();
        session.out().flush();
    }

    private void sample(ToolSession session, RecordBatch.Sent one) {
        ByteBuffer record = ByteBuffer.wrap(one.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        if (record.remaining() < METADATA_BYTES || (record.getShort() & 0xffff) != COOKIE) {
            session.out().println("BUG: a record that the program did not write");
            return;
        }
        int length = record.getShort() & 0xffff;
        byte[] packet = Arrays.copyOfRange(one.bytes(), METADATA_BYTES, one.bytes().length);
        samples++;
        if (target().json()) {
            session.out().println(JsonText.of(json(one.cpu(), length, packet)));
        } else {
            session.out().println(line(length, packet));
        }
        if (capture != null) {
            Instant now = Instant.now();
            long nanos = now.getEpochSecond() * NANOS + now.getNano();
            byte[] captured = Arrays.copyOf(packet, Math.min(packet.length, length));
            written(() -> capture().write(0, nanos, captured, length, List.of()));
        }
    }

    private static Map<String, Object> json(int cpu, int length, byte[] packet) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event", "sample");
        json.put("cpu", cpu);
        json.put("length", length);
        json.put("data", HexFormat.of().formatHex(packet));
        return json;
    }

    static String line(int length, byte[] packet) {
        StringBuilder line =
                new StringBuilder("Pkt len: %-5d bytes. Ethernet hdr: ".formatted(length));
        for (int i = 0; i < Math.min(SHOWN_BYTES, Math.min(packet.length, length)); i++) {
            line.append("%02x ".formatted(packet[i]));
        }
        return line.toString();
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        if (capture != null) {
            written(() -> capture().close());
        }
        if (target().json()) {
            Map<String, Object> counted = new LinkedHashMap<>();
            counted.put("samples", samples);
            counted.put("lost", lost);
            session.printSummary(counted, end);
        }
    }
}
