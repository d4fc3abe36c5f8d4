package io.xdp4j.tools.classic;

import io.xdp4j.control.AttachMode;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.report.ClassicForwardTable;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.report.SampleToolCommand;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j xdp_redirect_map_multi`.
///
/// Kernel: `samples/bpf/xdp_redirect_map_multi_user.c`.
@Command(
        name = "xdp_redirect_map_multi",
        description = "Send a copy of each packet to all other devices of the group.",
        mixinStandardHelpOptions = true)
public final class RedirectMapMultiCommand extends SampleToolCommand {
    private static final String OBJECT = "xdp_redirect_map_multi.bpf.o";
    private static final int MAX_DEVICES = 32;

    @Parameters(
            arity = "2..*",
            paramLabel = "DEV",
            description = "devices: names or interface indexes, 2 to 32")
    private List<String> group = List.of();

    @Option(
            names = {"-X", "--load-egress"},
            description = "run an egress program that sets the source address to the target's")
    private boolean egress;

    @Mixin private AttachOptions attach = new AttachOptions();

    @Override
    protected List<String> devices() {
        return group;
    }

    @Override
    protected SampleSetup setUp(ToolSession session) {
        if (group.size() > MAX_DEVICES) {
            throw CommandException.usage(
                    group.size() + " devices (expected: 2.." + MAX_DEVICES + ")");
        }
        List<DeviceInfo> members = group.stream().map(session::device).toList();
        SampleObject object =
                session.load(OBJECT, request -> KernelSamples.sized(request, session.workers()));
        String kind = attach.mode() == AttachMode.SKB ? "general" : "native";
        MapInfo forward = object.map("forward_map_" + kind);
        int program = egress ? object.program("xdp_devmap_prog").id() : 0;
        for (DeviceInfo member : members) {
            object.put(object.map("mac_map"), member.ifindex(), KernelSamples.mac(member));
            object.put(forward, member.ifindex(), member.ifindex(), program);
            session.attach(object.program("xdp_redirect_map_" + kind), member, attach);
        }
        List<Integer> indexes = members.stream().map(DeviceInfo::ifindex).toList();
        return new SampleSetup(
                object,
                EnumSet.of(
                        SampleKind.RX,
                        SampleKind.REDIRECT_ERR,
                        SampleKind.EXCEPTION,
                        SampleKind.DEVMAP_XMIT,
                        SampleKind.DEVMAP_XMIT_MULTI),
                new TraceFilter(indexes, indexes, List.of(), false),
                "Summary",
                new ClassicForwardTable(indexes.getFirst()));
    }
}
