package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A benchmark that sends what one device receives to another.
abstract class RedirectPairBenchCommand extends RedirectBenchCommand {
    @Parameters(index = "0", paramLabel = "IFNAME_IN", description = "device to redirect from")
    private String in = "";

    @Parameters(index = "1", paramLabel = "IFNAME_OUT", description = "device to redirect to")
    private String out = "";

    @Option(
            names = {"-l", "--load-mode"},
            paramLabel = "MODE",
            description = "how to reach packet bytes: ${COMPLETION-CANDIDATES}")
    private LoadMode load = LoadMode.DPA;

    /// A program's name in this mode of access.
    final String variant(String program) {
        return load == LoadMode.LOAD_BYTES ? program + "_load_bytes" : program;
    }

    @Override
    protected final List<String> devices() {
        return List.of(in, out);
    }

    /// Loads, fills what leads to `to`, and attaches to `from`.
    abstract SampleObject install(ToolSession session, DeviceInfo from, DeviceInfo to);

    @Override
    protected final SampleSetup setUp(ToolSession session) {
        DeviceInfo from = session.device(in);
        DeviceInfo to = session.device(out);
        SampleObject object = install(session, from, to);
        if (session.device(out).attached().isEmpty()) {
            attach(session, object.program("xdp_redirect_dummy_prog"), to);
        }
        say(
                session,
                "Redirecting from %s (ifindex %d; driver %s) to %s (ifindex %d; driver %s)"
                        .formatted(
                                from.name(),
                                from.ifindex(),
                                from.transport(),
                                to.name(),
                                to.ifindex(),
                                to.transport()));
        return SampleSetup.of(
                object,
                EnumSet.of(
                        SampleKind.RX,
                        SampleKind.REDIRECT_ERR,
                        SampleKind.EXCEPTION,
                        SampleKind.DEVMAP_XMIT_MULTI),
                new TraceFilter(List.of(from.ifindex()), List.of(to.ifindex()), List.of(), false),
                from.name() + "->" + to.name());
    }
}
