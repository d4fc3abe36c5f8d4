package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import picocli.CommandLine.Command;

/// `xdp4j xdp_redirect`.
///
/// Kernel: `samples/bpf/xdp_redirect_user.c`.
@Command(
        name = "xdp_redirect",
        description = "Send the packets of a device to another by bpf_redirect, addresses swapped.",
        mixinStandardHelpOptions = true)
public final class RedirectCommand extends RedirectPairCommand {
    private static final String OBJECT = "xdp_redirect.bpf.o";

    @Override
    SampleObject install(ToolSession session, DeviceInfo from, DeviceInfo to) {
        SampleObject object =
                session.load(
                        OBJECT,
                        request ->
                                KernelSamples.sized(request, session.workers())
                                        .withGlobal(
                                                "ifindex_out",
                                                SampleObject.bytes(to.ifindex(), Integer.BYTES)));
        session.attach(object.program("xdp_redirect_prog"), from, attachOptions());
        return object;
    }
}
