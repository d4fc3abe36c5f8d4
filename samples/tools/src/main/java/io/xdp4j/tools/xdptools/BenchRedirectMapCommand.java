package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.tools.session.Macs;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `xdp4j bench redirect-map`.
@Command(
        name = "redirect-map",
        description = "Redirect to a device by a devmap (bpf_redirect_map).",
        mixinStandardHelpOptions = true)
final class BenchRedirectMapCommand extends RedirectPairBenchCommand {
    @Option(
            names = {"-X", "--load-egress"},
            description = "run a program on the packets that leave")
    private boolean egress;

    @Option(
            names = {"-A", "--egress-mode"},
            paramLabel = "MODE",
            description = "which one: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private EgressMode egressMode = EgressMode.FORWARD;

    @Override
    SampleObject install(ToolSession session, DeviceInfo from, DeviceInfo to) {
        SampleObject object =
                session.load(
                        "xdp_redirect_map.bpf.o",
                        request -> request.withGlobal("tx_mac_addr", Macs.bytes(to)));
        int program = egress ? object.program(egressMode.program()).id() : 0;
        object.put(object.map("tx_port_" + kind()), 0, to.ifindex(), program);
        attach(session, object.program(variant("xdp_redirect_map_" + kind())), from);
        return object;
    }
}
