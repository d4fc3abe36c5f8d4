package io.xdp4j.tools.classic;

import io.xdp4j.control.AttachMode;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `xdp4j xdp_redirect_map`.
///
/// Kernel: `samples/bpf/xdp_redirect_map_user.c`.
@Command(
        name = "xdp_redirect_map",
        description = "Send the packets of a device to another by a devmap, addresses swapped.",
        mixinStandardHelpOptions = true)
public final class RedirectMapCommand extends RedirectPairCommand {
    private static final String OBJECT = "xdp_redirect_map.bpf.o";

    @Option(
            names = {"-X", "--load-egress"},
            description = "run an egress program that sets the source address to the target's")
    private boolean egress;

    @Override
    SampleObject install(ToolSession session, DeviceInfo from, DeviceInfo to) {
        SampleObject object =
                session.load(
                        OBJECT,
                        request ->
                                KernelSamples.withMac(
                                        KernelSamples.sized(request, session.workers()),
                                        "tx_mac_addr",
                                        to));
        boolean generic = attachOptions().mode() == AttachMode.SKB;
        String kind = generic ? "general" : "native";
        int program = egress ? object.program("xdp_redirect_map_egress").id() : 0;
        object.put(object.map("tx_port_" + kind), 0, to.ifindex(), program);
        session.attach(object.program("xdp_redirect_map_" + kind), from, attachOptions());
        return object;
    }
}
