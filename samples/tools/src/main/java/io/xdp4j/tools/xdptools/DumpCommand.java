package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.CaptureRequest;
import io.xdp4j.control.CapturedPacket;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.RecordBatch;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `xdp4j dump`.
///
/// Kernel: xdpdump of xdp-tools 1.6.
@Command(
        name = "dump",
        aliases = "xdpdump",
        description = {
            "Capture the packets of a device at its XDP program.",
            "As they come in, or as they go out with their verdict; also those that"
                    + " are dropped."
        },
        mixinStandardHelpOptions = true)
public final class DumpCommand extends ToolCommand {
    private static final int RING_BYTES = 1 << 21;
    private static final int SNAP_LENGTH = 262_144;
    private static final String PASS = "xdp_basic.bpf.o";

    @Option(
            names = {"-i", "--interface"},
            paramLabel = "IFNAME",
            description = "device: name or interface index")
    private @Nullable String device;

    @Option(
            names = "--rx-capture",
            paramLabel = "MODE",
            split = ",",
            description = "entry, exit or both with a comma (default: entry)")
    private List<CapturePoint> points = List.of(CapturePoint.ENTRY);

    @Option(
            names = {"-D", "--list-interfaces"},
            description = "list devices with their programs, and end")
    private boolean list;

    @Option(
            names = "--load-xdp-program",
            description = "load a program that passes everything where there is none")
    private boolean loadProgram;

    @Option(
            names = "--load-xdp-mode",
            paramLabel = "MODE",
            description =
                    "where --load-xdp-program runs it: native, skb or unspecified"
                            + " (default: ${DEFAULT-VALUE})")
    private ModeOption.Mode loadMode = ModeOption.Mode.NATIVE;

    @Option(
            names = {"-p", "--program-names"},
            paramLabel = "PROG",
            split = ",",
            description =
                    "the programs to capture at, each by name, id or NAME@ID; all for the dispatcher"
                            + " and its programs (default: the device's program, or the dispatcher)")
    private List<String> programNames = List.of();

    @Option(
            names = "--perf-wakeup",
            paramLabel = "EVENTS",
            description =
                    "read captured packets once a worker has so many; 0: whatever there is"
                            + " (default: ${DEFAULT-VALUE})")
    private int wakeup;

    @Option(
            names = {"-v", "--verbose"},
            description = "say more about what is captured")
    private boolean[] verbose = {};

    @Option(
            names = {"-P", "--promiscuous-mode"},
            description = "also packets for others, which interfaces take unless configured not to")
    @SuppressWarnings("UnusedVariable") // asked for what is always so
    private boolean promiscuous;

    @Option(
            names = {"-s", "--snapshot-length"},
            paramLabel = "SNAPLEN",
            description = "bytes of a packet to capture (default: ${DEFAULT-VALUE})")
    private int snapLength = SNAP_LENGTH;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "write packets to a pcapng file, - for standard output")
    private @Nullable Path file;

    @Option(names = "--use-pcap", description = "write a classic pcap file in place of pcapng")
    private boolean usePcap;

    @Option(
            names = {"-x", "--hex"},
            description = "print the bytes too")
    private boolean hex;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "end after N packets")
    private long count = Long.MAX_VALUE;

    private @Nullable Running running;
    private long captured;
    private long lost;

    /// What there is while the tool runs.
    private record Running(
            DeviceInfo device, List<DumpPoint> points, int map, @Nullable DumpFile file) {
        String program(CapturedPacket packet) {
            return points.stream()
                    .filter(point -> point.key() == packet.program())
                    .map(DumpPoint::name)
                    .findFirst()
                    .orElse("");
        }
    }

    @Override
    protected List<String> devices() {
        if (device == null) {
            if (!list) {
                throw CommandException.usage(
                        "Missing required option '--interface' (expected: it, or"
                                + " --list-interfaces)");
            }
            return List.of();
        }
        return List.of(device);
    }

    @Override
    protected boolean isDone() {
        return list || captured >= count;
    }

    @Override
    protected void prepare(ToolSession session) {
        if (list) {
            printList(session);
            return;
        }
        checkOptions();
        DeviceInfo on = device(session, device == null ? "" : device);
        List<DumpPoint> at = DumpPoint.of(on.name(), on.attached(), programNames);
        if (at.isEmpty()) {
            warn("loaded,", "capturing in legacy mode!");
        }
        DumpFile writer = file == null ? null : dumpFile(file, on, at);
        int map = session.control().openCapture(request(on, at));
        running = new Running(on, at, map, writer);
        if (!target().json()) {
            System.err.println(heading(on, at));
        }
        if (verbose.length > 0) {
            System.err.println("perf-wakeup value is " + wakeup);
        }
    }

    private void checkOptions() {
        if (snapLength < 1) {
            throw CommandException.usage(
                    "--snapshot-length: " + snapLength + " (expected: 1 or more)");
        }
        if (wakeup < 0) {
            throw CommandException.usage("--perf-wakeup: " + wakeup + " (expected: 0 or more)");
        }
        if (target().json() && DumpFile.STANDARD_OUTPUT.equals(file)) {
            throw CommandException.usage(
                    "--write: -: with --json (expected: one of them on standard output)");
        }
    }

    private CaptureRequest request(DeviceInfo on, List<DumpPoint> at) {
        return new CaptureRequest(
                on.ifindex(),
                at.isEmpty() ? List.of(0) : at.stream().map(DumpPoint::key).toList(),
                points.contains(CapturePoint.ENTRY),
                points.contains(CapturePoint.EXIT),
                snapLength,
                RING_BYTES);
    }

    private static void warn(String state, String consequence) {
        System.err.println(
                "WARNING: Specified interface does not have an XDP program "
                        + state
                        + System.lineSeparator()
                        + "         "
                        + consequence);
    }

    /// The device, with a program if it is to have one.
    private DeviceInfo device(ToolSession session, String name) {
        DeviceInfo found = session.device(name);
        if (!loadProgram || !found.attached().isEmpty()) {
            return found;
        }
        warn("loaded!", "Will load a capture only XDP program!");
        SampleObject object = session.loadOwn(PASS, request -> request);
        session.control()
                .attach(
                        AttachRequest.of(found.ifindex(), object.program("xdp_pass_frags").id())
                                .withMode(ModeOption.mode("--load-xdp-mode", loadMode)));
        return session.device(name);
    }

    private DumpFile dumpFile(Path path, DeviceInfo on, List<DumpPoint> at) {
        try {
            return usePcap ? new PcapDump(path) : new PcapngDump(path, on.name(), at, snapLength);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private CommandException unwritable(IOException e) {
        return new CommandException(
                ExitCode.RUNTIME, file + ": " + e.getMessage() + " (expected: room to write)", e);
    }

    private String heading(DeviceInfo on, List<DumpPoint> at) {
        if (at.isEmpty()) {
            return "listening on %s, link-type EN10MB (Ethernet), capture size %d bytes"
                    .formatted(on.name(), snapLength);
        }
        return "listening on %s, ingress XDP program %s, capture mode %s, capture size %d bytes"
                .formatted(
                        on.name(),
                        at.stream()
                                .map(point -> "ID " + point.id() + " func " + point.name())
                                .collect(Collectors.joining(", ")),
                        points.stream()
                                .map(CapturePoint::toString)
                                .collect(Collectors.joining("/")),
                        snapLength);
    }

    private static void printList(ToolSession session) {
        Map<Integer, ProgramInfo> programs =
                session.control().objects().stream()
                        .map(ObjectInfo::programs)
                        .flatMap(List::stream)
                        .collect(Collectors.toMap(ProgramInfo::id, program -> program));
        ProgramTable.lines(session.control().devices(), programs).forEach(session.out()::println);
    }

    @Override
    protected void poll(ToolSession session) {
        Running now = running;
        if (now == null) {
            return;
        }
        try {
            read(session, now, wakeup);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void read(ToolSession session, Running now, int atLeast) throws IOException {
        if (captured >= count) {
            return;
        }
        RecordBatch batch = session.control().readRecords(now.map(), atLeast);
        for (RecordBatch.Sent record : batch.records()) {
            if (captured < count) {
                captured++;
                take(session, now, CapturedPacket.of(record.bytes()));
            }
        }
        if (captured < count) {
            lost = batch.lost(); // what the last one of --count came before, nobody asked for
        }
        if (!batch.records().isEmpty()) {
            flush(session, now);
        }
    }

    private static void flush(ToolSession session, Running now) throws IOException {
        if (now.file() == null) {
            session.out().flush();
        } else {
            now.file().flush();
        }
    }

    private void take(ToolSession session, Running now, CapturedPacket packet) throws IOException {
        String program = now.program(packet);
        if (now.file() != null) {
            now.file().write(packet);
        } else if (target().json()) {
            session.out().println(JsonText.of(DumpText.json(program, packet)));
        } else {
            DumpText.lines(now.device(), program, packet, hex).forEach(session.out()::println);
        }
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        Running now = running;
        if (now == null) {
            return;
        }
        try {
            read(session, now, 0);
            session.control().closeCapture(now.map());
            if (now.file() != null) {
                now.file().close();
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
        if (target().json()) {
            Map<String, Object> counted = new LinkedHashMap<>();
            counted.put("captured", captured);
            counted.put("lost", lost);
            session.printSummary(counted, end);
            return;
        }
        System.err.println();
        System.err.println(captured + " packets captured");
        System.err.println(
                lost + " packets dropped by " + (now.points().isEmpty() ? "kernel" : "perf ring"));
    }
}
