package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.Attachment;
import io.xdp4j.control.CaptureRequest;
import io.xdp4j.control.CapturedPacket;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.RecordBatch;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
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
            "Capture the packets of a device at its XDP program: as they come in, as they go out",
            "with their verdict, also those that are dropped."
        },
        mixinStandardHelpOptions = true)
public final class DumpCommand extends ToolCommand {
    private static final int RING_BYTES = 1 << 21;
    private static final int SNAP_LENGTH = 262_144;
    private static final String PASS = "xdp_basic.bpf.o";
    private static final String ALL = "all";

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
            paramLabel = "NAME",
            description =
                    "the program of the device's chain to capture at; all for the chain as one"
                            + " (default: all)")
    private String programName = ALL;

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
            description = "write packets to a pcapng file")
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
    private record Running(DeviceInfo device, String program, int map, @Nullable DumpFile file) {}

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
        if (snapLength < 1) {
            throw CommandException.usage(
                    "--snapshot-length: " + snapLength + " (expected: 1 or more)");
        }
        DeviceInfo on = device(session, device == null ? "" : device);
        List<Attachment> programs = programs(on);
        String program = programs.isEmpty() ? "" : programName(programs);
        if (programs.isEmpty()) {
            System.err.println(
                    "WARNING: Specified interface does not have an XDP program loaded,"
                            + System.lineSeparator()
                            + "         capturing in legacy mode!");
        }
        DumpFile writer = file == null ? null : dumpFile(file, on, program);
        int map =
                session.control()
                        .openCapture(
                                new CaptureRequest(
                                        on.ifindex(),
                                        programName.equals(ALL) ? 0 : programs.getFirst().program(),
                                        points.contains(CapturePoint.ENTRY),
                                        points.contains(CapturePoint.EXIT),
                                        snapLength,
                                        RING_BYTES));
        running = new Running(on, program, map, writer);
        if (!target().json()) {
            System.err.println(heading(on, programs, program));
        }
    }

    /// The device, with a program if it is to have one.
    private DeviceInfo device(ToolSession session, String name) {
        DeviceInfo found = session.device(name);
        if (!loadProgram || !found.attached().isEmpty()) {
            return found;
        }
        SampleObject object = session.loadOwn(PASS, request -> request);
        session.control()
                .attach(
                        AttachRequest.of(found.ifindex(), object.program("xdp_pass_frags").id())
                                .withMode(ModeOption.mode("--load-xdp-mode", loadMode)));
        return session.device(name);
    }

    /// The programs that packets are captured at, as one.
    private List<Attachment> programs(DeviceInfo on) {
        if (programName.equals(ALL)) {
            return on.attached();
        }
        return on.attached().stream()
                .filter(one -> one.name().equals(programName))
                .findFirst()
                .map(List::of)
                .orElseThrow(() ->
                        CommandException.usage(
                                "--program-names: "
                                        + programName
                                        + " (expected: all, or one of "
                                        + on.attached().stream().map(Attachment::name).toList()
                                        + " on "
                                        + on.name()
                                        + ")"));
    }

    private DumpFile dumpFile(Path path, DeviceInfo on, String program) {
        return usePcap ? new PcapDump(path) : PcapngDump.create(path, on, program, snapLength);
    }

    private String programName(List<Attachment> attached) {
        return attached.getFirst().isChained() && programName.equals(ALL)
                ? "xdp_dispatcher"
                : attached.getFirst().name();
    }

    private String heading(DeviceInfo on, List<Attachment> attached, String program) {
        if (attached.isEmpty()) {
            return "listening on %s, link-type EN10MB (Ethernet), capture size %d bytes"
                    .formatted(on.name(), snapLength);
        }
        return "listening on %s, ingress XDP program ID %d func %s, capture mode %s, capture size %d bytes"
                .formatted(
                        on.name(),
                        attached.getFirst().program(),
                        program,
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
        RecordBatch batch = session.control().readRecords(now.map());
        lost = batch.lost();
        for (RecordBatch.Sent record : batch.records()) {
            if (captured < count) {
                captured++;
                take(session, now, CapturedPacket.of(record.bytes()));
            }
        }
        if (!batch.records().isEmpty()) {
            session.out().flush();
        }
    }

    private void take(ToolSession session, Running now, CapturedPacket packet) {
        if (now.file() != null) {
            now.file().write(packet);
        } else if (target().json()) {
            session.out().println(JsonText.of(DumpText.json(packet)));
        } else {
            DumpText.lines(now.device().name(), now.program(), packet, hex)
                    .forEach(session.out()::println);
        }
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        Running now = running;
        if (now == null) {
            return;
        }
        session.control().closeCapture(now.map());
        if (now.file() != null) {
            now.file().close();
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
        System.err.println(lost + " packets dropped by perf ring");
    }
}
