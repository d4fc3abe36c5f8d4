package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.report.SampleToolCommand;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j xdp_router_ipv4`.
///
/// Kernel: `samples/bpf/xdp_router_ipv4_user.c`.
@Command(
        name = "xdp_router_ipv4",
        description = {
            "Route IPv4 between devices by the host's routes and neighbours.",
            "They are followed while they change; or a file has them."
        },
        mixinStandardHelpOptions = true)
public final class RouterIpv4Command extends SampleToolCommand {
    private static final String OBJECT = "xdp_router_ipv4.bpf.o";
    private static final int INTERVAL_SECONDS = 5;
    private static final int MAX_DEVICES = 99;

    @Parameters(arity = "1..*", paramLabel = "IFNAME", description = "devices to route between")
    private List<String> group = List.of();

    @Option(
            names = "--routes",
            paramLabel = "FILE",
            description =
                    "JSON with routes and neighbours as in prog run --net (default: the host's)")
    private @Nullable Path routes;

    @Mixin private AttachOptions attach = new AttachOptions();

    private @Nullable RouteSource source;
    private @Nullable RouterMaps maps;

    public RouterIpv4Command() {
        super(INTERVAL_SECONDS);
    }

    @Override
    protected List<String> devices() {
        return group;
    }

    @Override
    protected SampleSetup setUp(ToolSession session) {
        if (group.size() > MAX_DEVICES) {
            throw CommandException.usage(
                    group.size() + " devices (expected: 1.." + MAX_DEVICES + ")");
        }
        List<DeviceInfo> members = group.stream().map(session::device).toList();
        RouteSource from = routes == null ? HostRoutes.open() : new FileRoutes(routes);
        source = from;
        session.keep(from);
        SampleObject object =
                session.load(OBJECT, request -> KernelSamples.sized(request, session.workers()));
        RouterMaps filled = new RouterMaps(session.control(), object, members);
        maps = filled;
        follow(from, filled);
        for (DeviceInfo member : members) {
            session.attach(object.program("xdp_router_ipv4_prog"), member, attach);
        }
        List<Integer> indexes = members.stream().map(DeviceInfo::ifindex).toList();
        return SampleSetup.of(
                object,
                EnumSet.of(
                        SampleKind.RX,
                        SampleKind.REDIRECT_ERR,
                        SampleKind.EXCEPTION,
                        SampleKind.DEVMAP_XMIT_MULTI),
                new TraceFilter(indexes, indexes, List.of(), false),
                "Summary");
    }

    private static void follow(RouteSource from, RouterMaps to) {
        from.changed()
                .map(to::sync)
                .filter(left -> left > 0)
                .ifPresent(left ->
                        System.err.println(
                                "the program's tables are full: "
                                        + left
                                        + " routes or neighbours left out"));
    }

    @Override
    protected void poll(ToolSession session) {
        if (source != null && maps != null) {
            follow(source, maps);
        }
    }
}
