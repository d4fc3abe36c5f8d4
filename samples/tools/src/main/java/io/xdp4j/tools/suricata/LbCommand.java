package io.xdp4j.tools.suricata;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.report.SampleToolCommand;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j suricata lb`.
///
/// Kernel: none; `ebpf/xdp_lb.c` of Suricata.
@Command(
        name = "lb",
        description = {
            "Spread flows over CPUs, both directions of an address pair on one.",
            "The frames out of GRE and ERSPAN tunnels take the place of the"
                    + " tunnels'. With consumers each CPU sends its flows to one of them."
        },
        mixinStandardHelpOptions = true)
final class LbCommand extends SampleToolCommand {
    private static final String OBJECT = "suricata_lb.bpf.o";

    @Option(
            names = {"-d", "--dev"},
            paramLabel = "DEV",
            required = true,
            description = "device: name or interface index")
    private String device = "";

    @Mixin private SpreadOptions spread = new SpreadOptions();

    @Option(
            names = {"-o", "--consumer"},
            paramLabel = "DEV",
            description = "device that gets the flows of a CPU; one for each --cpu, in that order")
    private List<String> consumers = List.of();

    @Mixin private AttachOptions attach = new AttachOptions();

    @Override
    protected List<String> devices() {
        List<String> all = new ArrayList<>(List.of(device));
        all.addAll(consumers);
        return all;
    }

    @Override
    protected SampleSetup setUp(ToolSession session) {
        List<Integer> cpus = spread.cpus();
        if (!consumers.isEmpty() && consumers.size() != cpus.size()) {
            throw CommandException.usage(
                    consumers.size()
                            + " consumers for "
                            + cpus.size()
                            + " CPUs (expected: --consumer once for each --cpu)");
        }
        DeviceInfo from = session.device(device);
        SampleObject object = session.load(OBJECT, request -> request);
        int second = consumers.isEmpty() ? 0 : object.program("to_consumer").id();
        List<Integer> to = new ArrayList<>();
        for (int i = 0; i < consumers.size(); i++) {
            int ifindex = session.device(consumers.get(i)).ifindex();
            object.put(object.map("consumers"), cpus.get(i), ifindex);
            to.add(ifindex);
        }
        spread.fill(session, object, second);
        session.attach(object.program("xdp_loadfilter", "xdp"), from, attach);
        MapInfo cpuMap = object.map("cpu_map");
        return SampleSetup.of(
                null,
                kinds(),
                new TraceFilter(List.of(from.ifindex()), to, List.of(cpuMap.id()), false),
                "Summary");
    }

    private Set<SampleKind> kinds() {
        Set<SampleKind> kinds =
                EnumSet.of(
                        SampleKind.REDIRECT_ERR,
                        SampleKind.CPUMAP_ENQUEUE,
                        SampleKind.CPUMAP_KTHREAD,
                        SampleKind.EXCEPTION);
        if (!consumers.isEmpty()) {
            kinds.add(SampleKind.DEVMAP_XMIT_MULTI);
        }
        return kinds;
    }
}
