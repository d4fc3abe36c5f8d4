package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.report.CpuMapTools;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j bench redirect-cpu`.
@Command(
        name = "redirect-cpu",
        description = "Redirect to CPUs, the workers of the datapath, by a cpumap.",
        mixinStandardHelpOptions = true)
final class BenchRedirectCpuCommand extends RedirectBenchCommand {

    @Parameters(paramLabel = "IFNAME", description = "device to redirect from")
    private String device = "";

    @Option(
            names = {"-c", "--cpu"},
            paramLabel = "CPU",
            required = true,
            description = "a CPU to send to; once for each")
    private List<Integer> cpus = List.of();

    @Option(
            names = {"-p", "--program-mode"},
            paramLabel = "MODE",
            description = "how to choose: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private CpuChoice choice = CpuChoice.L4_HASH;

    @Option(
            names = {"-r", "--remote-action"},
            paramLabel = "ACTION",
            description = "what the CPU does: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private RemoteAction remote = RemoteAction.DISABLED;

    @Option(
            names = {"-D", "--redirect-device"},
            paramLabel = "IFNAME",
            description = "where --remote-action redirect sends packets")
    private @Nullable String redirectDevice;

    @Option(
            names = {"-q", "--qsize"},
            paramLabel = "PACKETS",
            description = "size of a CPU's queue (default: ${DEFAULT-VALUE})")
    private int qsize = 2048;

    @Option(
            names = {"-x", "--stress-mode"},
            description = "re-create the first CPU's queue with other sizes after each report")
    private boolean stress;

    private @Nullable Loaded loaded;

    /// The object, and the id of the program on the target CPUs.
    private record Loaded(SampleObject object, int remote) {
        void setCpu(int cpu, int queue) {
            object.put(object.map("cpu_map"), cpu, queue, remote);
        }
    }

    @Override
    protected List<String> devices() {
        List<String> named = new ArrayList<>(List.of(device));
        if (redirectDevice != null) {
            named.add(redirectDevice);
        }
        return named;
    }

    @Override
    protected SampleSetup setUp(ToolSession session) {
        check(session.workers());
        DeviceInfo from = session.device(device);
        SampleObject object = session.load("xdp_redirect_cpu.bpf.o", request -> request);
        Loaded now = new Loaded(object, remoteProgram(session, object));
        loaded = now;
        for (int place = 0; place < cpus.size(); place++) {
            now.setCpu(cpus.get(place), qsize);
            object.put(object.map("cpus_available"), place, cpus.get(place));
        }
        object.put(object.map("cpus_count"), 0, cpus.size());
        attach(session, object.program(choice.program()), from);
        say(
                session,
                "Redirecting from %s (ifindex %d; driver %s) to CPUs %s"
                        .formatted(from.name(), from.ifindex(), from.transport(), cpus));
        MapInfo cpuMap = object.map("cpu_map");
        List<Integer> to =
                redirectDevice == null
                        ? List.of()
                        : List.of(session.device(redirectDevice).ifindex());
        return SampleSetup.of(
                object,
                CpuMapTools.kinds(remote == RemoteAction.REDIRECT),
                new TraceFilter(List.of(from.ifindex()), to, List.of(cpuMap.id()), false),
                "Summary");
    }

    private void check(int workers) {
        CpuMapTools.check(cpus, workers, qsize);
        if ((remote == RemoteAction.REDIRECT) != (redirectDevice != null)) {
            throw CommandException.usage(
                    redirectDevice == null
                            ? "--remote-action: redirect (expected: with --redirect-device)"
                            : "--redirect-device: "
                                    + redirectDevice
                                    + " (expected: with --remote-action redirect)");
        }
    }

    private int remoteProgram(ToolSession session, SampleObject object) {
        if (redirectDevice != null) {
            object.put(
                    object.map("tx_port"),
                    0,
                    session.device(redirectDevice).ifindex(),
                    object.program("redirect_egress_prog").id());
        }
        return remote == RemoteAction.DISABLED ? 0 : object.program(remote.program()).id();
    }

    @Override
    protected void afterReport(ToolSession session) {
        Loaded now = loaded;
        if (stress && now != null) {
            CpuMapTools.STRESS_QSIZES.forEach(queue -> now.setCpu(cpus.getFirst(), queue));
        }
    }
}
