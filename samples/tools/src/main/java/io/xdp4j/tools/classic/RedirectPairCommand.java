package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.report.ClassicForwardTable;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.report.SampleToolCommand;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// A tool that sends what one device receives to another.
abstract class RedirectPairCommand extends SampleToolCommand {
    @Parameters(index = "0", paramLabel = "IN", description = "device: name or interface index")
    private String in = "";

    @Parameters(index = "1", paramLabel = "OUT", description = "where the packets go")
    private String out = "";

    @Mixin private AttachOptions attach = new AttachOptions();

    final AttachOptions attachOptions() {
        return attach;
    }

    @Override
    protected final List<String> devices() {
        return List.of(in, out);
    }

    /// Loads, attaches to `from`, and fills what leads to `to`.
    abstract SampleObject install(ToolSession session, DeviceInfo from, DeviceInfo to);

    @Override
    protected final SampleSetup setUp(ToolSession session) {
        DeviceInfo from = session.device(in);
        DeviceInfo to = session.device(out);
        SampleObject object = install(session, from, to);
        if (from.ifindex() != to.ifindex() && session.device(out).attached().isEmpty()) {
            session.attach(object.program("xdp_redirect_dummy_prog"), to, attach);
        }
        if (!target().json()) {
            session.out()
                    .println(
                            "Redirecting from %s (ifindex %d; driver %s) to %s (ifindex %d; driver %s)"
                                    .formatted(
                                            from.name(),
                                            from.ifindex(),
                                            from.transport(),
                                            to.name(),
                                            to.ifindex(),
                                            to.transport()));
        }
        return new SampleSetup(
                object,
                EnumSet.of(
                        SampleKind.RX,
                        SampleKind.REDIRECT_ERR,
                        SampleKind.EXCEPTION,
                        SampleKind.DEVMAP_XMIT_MULTI),
                new TraceFilter(List.of(from.ifindex()), List.of(to.ifindex()), List.of(), false),
                from.name() + "->" + to.name(),
                new ClassicForwardTable(to.ifindex()));
    }
}
