package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import picocli.CommandLine.Command;

/// `xdp4j bench redirect`.
@Command(
        name = "redirect",
        description = "Redirect to a device by its index (bpf_redirect).",
        mixinStandardHelpOptions = true)
final class BenchRedirectCommand extends RedirectPairBenchCommand {
    @Override
    SampleObject install(ToolSession session, DeviceInfo from, DeviceInfo to) {
        SampleObject object =
                session.load(
                        "xdp_redirect.bpf.o",
                        request ->
                                request.withGlobal(
                                        "ifindex_out",
                                        SampleObject.bytes(to.ifindex(), Integer.BYTES)));
        attach(session, object.program(variant("xdp_redirect_prog")), from);
        return object;
    }
}
