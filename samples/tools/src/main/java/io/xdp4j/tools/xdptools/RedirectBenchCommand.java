package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachMode;
import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.tools.report.ReportOptions;
import io.xdp4j.tools.report.ReportingCommand;
import io.xdp4j.tools.session.ToolSession;
import picocli.CommandLine.Mixin;

/// A benchmark that sends packets elsewhere.
abstract class RedirectBenchCommand extends ReportingCommand {
    @Mixin private RedirectOptions options = new RedirectOptions();

    @Override
    protected final ReportOptions reporting() {
        return options;
    }

    final void attach(ToolSession session, ProgramInfo program, DeviceInfo device) {
        session.control()
                .attach(
                        AttachRequest.of(device.ifindex(), program.id())
                                .withMode(options.mode().mode()));
    }

    /// How objects with a program for each mode name theirs.
    final String kind() {
        return options.mode().mode() == AttachMode.SKB ? "general" : "native";
    }

    final void say(ToolSession session, String line) {
        if (!target().json()) {
            session.out().println(line);
        }
    }
}
