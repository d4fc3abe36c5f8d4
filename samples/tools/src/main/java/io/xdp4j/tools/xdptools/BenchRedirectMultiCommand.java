package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.session.Macs;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j bench redirect-multi`.
@Command(
        name = "redirect-multi",
        description = "Redirect a copy of each packet to all other devices (BPF_F_BROADCAST).",
        mixinStandardHelpOptions = true)
final class BenchRedirectMultiCommand extends RedirectBenchCommand {
    private static final int MAX_DEVICES = 32;

    @Parameters(
            arity = "2..*",
            paramLabel = "IFNAME",
            description = "devices to redirect from and to, 2 to 32")
    private List<String> group = List.of();

    @Option(
            names = {"-X", "--load-egress"},
            description = "run a program on the packets that leave; it sets their source address")
    private boolean egress;

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
        SampleObject object = session.load("xdp_redirect_map_multi.bpf.o", request -> request);
        MapInfo forward = object.map("forward_map_" + kind());
        int program = egress ? object.program("xdp_devmap_prog").id() : 0;
        for (DeviceInfo member : members) {
            object.put(object.map("mac_map"), member.ifindex(), Macs.bytes(member));
            object.put(forward, member.ifindex(), member.ifindex(), program);
        }
        for (DeviceInfo member : members) {
            attach(session, object.program("xdp_redirect_map_" + kind()), member);
        }
        List<Integer> indexes = members.stream().map(DeviceInfo::ifindex).toList();
        return SampleSetup.of(
                object,
                EnumSet.of(
                        SampleKind.RX,
                        SampleKind.REDIRECT_ERR,
                        SampleKind.EXCEPTION,
                        SampleKind.DEVMAP_XMIT,
                        SampleKind.DEVMAP_XMIT_MULTI),
                new TraceFilter(indexes, indexes, List.of(), false),
                "Summary");
    }
}
