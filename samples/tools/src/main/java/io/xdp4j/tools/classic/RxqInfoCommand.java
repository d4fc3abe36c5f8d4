package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j xdp_rxq_info`.
///
/// Kernel: `samples/bpf/xdp_rxq_info_user.c`.
@Command(
        name = "xdp_rxq_info",
        description = "Count a device's packets by receive queue and by CPU.",
        mixinStandardHelpOptions = true)
public final class RxqInfoCommand extends ToolCommand {
    private static final String OBJECT = "xdp_rxq_info.bpf.o";
    private static final int READ_MEM = 1;
    private static final int SWAP_MAC = 2;
    private static final List<String> ACTIONS =
            List.of("XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX");
    private static final int MAX_SECONDS = 86_400;

    @Option(
            names = {"-d", "--dev"},
            paramLabel = "DEV",
            required = true,
            description = "device: name or interface index")
    private String device = "";

    @Mixin private AttachOptions attach = new AttachOptions();

    @Option(
            names = {"-s", "--sec", "-i"},
            paramLabel = "SEC",
            description = "seconds between reports (default: ${DEFAULT-VALUE})")
    private int seconds = 2;

    @Option(
            names = {"-z", "--no-separators"},
            description = "no thousands separators")
    private boolean noSeparators;

    @Option(
            names = {"-a", "--action"},
            paramLabel = "ACTION",
            description =
                    "XDP_ABORTED, XDP_DROP, XDP_PASS or XDP_TX, which implies --swapmac"
                            + " (default: ${DEFAULT-VALUE})")
    private String action = "XDP_PASS";

    @Option(
            names = {"-r", "--readmem", "--read"},
            description = "read the packet's header")
    private boolean readMem;

    @Option(
            names = {"-m", "--swapmac"},
            description = "swap the addresses")
    private boolean swapMac;

    private @Nullable RxqReport report;

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    @Override
    protected Duration interval() {
        return Duration.ofSeconds(seconds);
    }

    @Override
    protected void prepare(ToolSession session) {
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw CommandException.usage(
                    "--sec: " + seconds + " (expected: 1.." + MAX_SECONDS + ")");
        }
        int code = ACTIONS.indexOf(action);
        if (code < 0) {
            throw CommandException.usage(
                    "--action: " + action + " (expected: one of " + ACTIONS + ")");
        }
        boolean swap = swapMac || code == XdpAction.XDP_TX;
        DeviceInfo on = session.device(device);
        SampleObject object = session.load(OBJECT, request -> request);
        MapInfo config = object.map("config_map");
        int options = (readMem ? READ_MEM : 0) | (swap ? SWAP_MAC : 0);
        object.put(config, 0, code, on.ifindex(), options);
        session.attach(object.program("xdp_rxq_info", "xdp_prognum0"), on, attach);
        String heading =
                "Running XDP on dev:%s (ifindex:%d) action:%s options:%s"
                        .formatted(
                                on.name(),
                                on.ifindex(),
                                action,
                                swap ? "swapmac" : readMem ? "read" : "no_touch");
        report = new RxqReport(heading, RxqCounts.read(object), !noSeparators, object);
    }

    @Override
    protected void report(ToolSession session) {
        RxqReport now = report;
        if (now == null) {
            return;
        }
        if (target().json()) {
            session.out().println(JsonText.of(line("stats", now)));
        } else {
            now.next().forEach(session.out()::println);
        }
    }

    private static Map<String, Object> line(String event, RxqReport now) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.putAll(now.json());
        return line;
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        RxqReport now = report;
        if (now != null && target().json()) {
            session.printSummary(now.json(), end);
        }
    }
}
