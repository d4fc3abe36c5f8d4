package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.ObjectRequest;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.report.ClassicCpuMapTable;
import io.xdp4j.tools.report.CpuMapTools;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.report.SampleToolCommand;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j xdp_redirect_cpu`.
///
/// Kernel: `samples/bpf/xdp_redirect_cpu_user.c`.
@Command(
        name = "xdp_redirect_cpu",
        description = {
            "Spread the packets of a device over CPUs by a cpumap.",
            "A CPU is a worker of the datapath; the host side of the device gets"
                    + " the packets there."
        },
        mixinStandardHelpOptions = true)
public final class RedirectCpuCommand extends SampleToolCommand {
    private static final String OBJECT = "xdp_redirect_cpu.bpf.o";

    @Option(
            names = {"-d", "--dev"},
            paramLabel = "DEV",
            required = true,
            description = "device: name or interface index")
    private String device = "";

    @Option(
            names = {"-c", "--cpu"},
            paramLabel = "CPU",
            required = true,
            description = "a CPU to send to; once for each")
    private List<Integer> cpus = List.of();

    @Option(
            names = {"-p", "--progname"},
            paramLabel = "PROGRAM",
            description = {
                "how to choose a CPU: a number, or one of no-touch touch round-robin l4-proto",
                "l4-filter l4-hash, or a program's name of 2018 or 2022 (default: l4-hash)",
                "0 no-touch: the first CPU",
                "1 touch: the same, but reads the packet; drops non-802.3",
                "2 round-robin: in turn",
                "3 l4-proto: TCP the first CPU, UDP the second, ICMP the third",
                "4 l4-filter: like 3, but drops UDP to port 9",
                "5 l4-hash: by addresses and protocol, the same for both directions"
            })
    private String program = "l4-hash";

    @Option(
            names = {"-q", "--qsize"},
            paramLabel = "N",
            description = "packets that a CPU's queue holds (default: ${DEFAULT-VALUE})")
    private int qsize = 2048;

    @Option(
            names = {"-x", "--stress-mode"},
            description = "re-create CPU 1 with queues of 1024, 8 and 16000 after each report")
    private boolean stress;

    @Mixin private AttachOptions attach = new AttachOptions();

    @Mixin private SecondProgramOptions second = new SecondProgramOptions();

    @Option(
            names = {"-z", "--no-separators"},
            description = "no thousands separators in the table of --classic")
    private boolean noSeparators;

    private @Nullable Loaded loaded;

    /// The object, and the id of the second program.
    private record Loaded(SampleObject object, int second) {}

    @Override
    protected List<String> devices() {
        List<String> named = new ArrayList<>(List.of(device));
        second.device().ifPresent(named::add);
        return named;
    }

    @Override
    protected SampleSetup setUp(ToolSession session) {
        check(session.workers());
        DeviceInfo from = session.device(device);
        SampleObject object = session.load(OBJECT, request -> adapt(session, request));
        ProgramInfo first = choose(object);
        markUnavailable(session, object);
        int secondId = second.load(session, object);
        Loaded now = new Loaded(object, secondId);
        loaded = now;
        for (int i = 0; i < cpus.size(); i++) {
            putCpu(session, now, "Add new", cpus.get(i), i, qsize, i + 1);
        }
        session.attach(first, from, attach);
        MapInfo cpuMap = object.map("cpu_map");
        List<Integer> to =
                second.device()
                        .map(name -> List.of(session.device(name).ifindex()))
                        .orElse(List.of());
        return new SampleSetup(
                object,
                CpuMapTools.kinds(second.device().isPresent()),
                new TraceFilter(List.of(from.ifindex()), to, List.of(cpuMap.id()), false),
                "Summary",
                new ClassicCpuMapTable(first.name(), !noSeparators));
    }

    private void check(int workers) {
        CpuMapTools.check(cpus, workers, qsize);
        if (stress && workers < 2) {
            throw CommandException.usage("--stress-mode: needs CPU 1 (expected: --workers 2)");
        }
    }

    private ObjectRequest adapt(ToolSession session, ObjectRequest request) {
        int workers = session.workers();
        ObjectRequest sized =
                KernelSamples.sized(request, workers)
                        .withMapEntries("cpu_map", workers)
                        .withMapEntries("cpus_available", Math.max(workers, cpus.size()));
        return second.device()
                .map(name -> KernelSamples.withMac(sized, "tx_mac_addr", session.device(name)))
                .orElse(sized);
    }

    private ProgramInfo choose(SampleObject object) {
        List<String> names =
                CpuMapVariant.named(program).map(CpuMapVariant::programs).orElse(List.of(program));
        return object.findProgram(names.toArray(String[]::new))
                .orElseThrow(() ->
                        CommandException.usage(
                                "--progname: "
                                        + program
                                        + ": not in "
                                        + object
                                        + " (expected: one of "
                                        + String.join(
                                                ", ",
                                                Arrays.stream(CpuMapVariant.values())
                                                        .map(CpuMapVariant::toString)
                                                        .toList())
                                        + ")"));
    }

    /// Places without a CPU hold a number that is none.
    private static void markUnavailable(ToolSession session, SampleObject object) {
        MapInfo available = object.map("cpus_available");
        for (int i = 0; i < available.maxEntries(); i++) {
            object.put(available, i, session.workers());
        }
    }

    private void putCpu(
            ToolSession session,
            Loaded now,
            String what,
            int cpu,
            int place,
            int queue,
            int count) {
        SampleObject object = now.object();
        object.put(object.map("cpu_map"), cpu, queue, now.second());
        object.put(object.map("cpus_available"), place, cpu);
        object.put(object.map("cpus_count"), 0, count);
        if (!target().json()) {
            session.out()
                    .println(
                            "%s CPU: %d as idx: %d qsize: %d cpumap_prog_fd: %d (cpus_count: %d)"
                                    .formatted(what, cpu, place, queue, now.second(), count));
        }
    }

    @Override
    protected void afterReport(ToolSession session) {
        Loaded now = loaded;
        if (stress && now != null) {
            for (int queue : CpuMapTools.STRESS_QSIZES) {
                putCpu(session, now, "Replace", 1, 0, queue, cpus.size());
            }
        }
    }
}
