package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.SnapshotJson;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.core.channel.XdpChannel;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j xdp2skb_meta`.
///
/// Kernel: `samples/bpf/xdp2skb_meta_kern.c`, whose TC half is a handler of the pipeline here.
@Command(
        name = "xdp2skb_meta",
        description = {
            "Mark packets in their XDP metadata, and have the host side read it.",
            "42 is the program's mark, 41 stands for a packet without metadata."
        },
        mixinStandardHelpOptions = true)
public final class Xdp2SkbMetaCommand extends ToolCommand {
    private static final String OBJECT = "xdp2skb_meta.bpf.o";

    @Option(
            names = {"-d", "--dev"},
            paramLabel = "DEV",
            required = true,
            description = "device: name or interface index")
    private String device = "";

    @Option(names = "--no-xdp", description = "without the program: what the host side sees then")
    private boolean withoutProgram;

    @Mixin private AttachOptions attach = new AttachOptions();

    private final MarkCounter marks = new MarkCounter();

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    /// Handlers of a pipeline are of the process that the datapath runs in.
    @Override
    protected boolean needsOwnDatapath() {
        return true;
    }

    @Override
    protected void prepare(ToolSession session) {
        DeviceInfo on = session.device(device);
        if (!withoutProgram) {
            session.attach(
                    session.load(OBJECT, request -> request.withPrograms(List.of("xdp_mark")))
                            .program("xdp_mark"),
                    on,
                    attach);
        }
        NetDevice own =
                session.ownDatapath().devices().stream()
                        .filter(one -> one.ifindex() == on.ifindex())
                        .findFirst()
                        .orElseThrow();
        XdpChannel.open(own, marks);
    }

    @Override
    protected void report(ToolSession session) {
        print(session, "stats", null);
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        print(session, "summary", end);
    }

    private void print(ToolSession session, String event, @Nullable Snapshot end) {
        if (!target().json()) {
            marks.counts()
                    .forEach((mark, packets) ->
                            session.out().println("mark %s: %d packets".formatted(mark, packets)));
            return;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.put("marks", marks.counts());
        if (end != null) {
            line.putAll(SnapshotJson.properties(end));
        }
        session.out().println(JsonText.of(line));
    }
}
