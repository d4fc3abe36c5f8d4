package io.xdp4j.tools.classic;

import io.xdp4j.control.MapInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j xdp_adjust_tail`.
///
/// Kernel: `samples/bpf/xdp_adjust_tail_user.c`.
@Command(
        name = "xdp_adjust_tail",
        description = {
            "Answer IPv4 packets above a limit with ICMP \"fragmentation needed\","
                    + " made of their first bytes."
        },
        mixinStandardHelpOptions = true)
public final class AdjustTailCommand extends ToolCommand {
    private static final String OBJECT = "xdp_adjust_tail.bpf.o";
    private static final int MAX_LIMIT = 65_535;

    @Option(
            names = {"-i", "--interface"},
            paramLabel = "DEV",
            required = true,
            description = "device: name or interface index")
    private String device = "";

    @Option(names = "-T", paramLabel = "SEC", description = "stop after so many seconds; 0: never")
    private int seconds;

    @Option(
            names = "-P",
            paramLabel = "BYTES",
            description = "longest packet that passes (default: ${DEFAULT-VALUE}; at least 98)")
    private int limit = 600;

    @Mixin private AttachOptions attach = new AttachOptions();

    @Mixin private NativeOption nativeMode = new NativeOption();

    private final long start = System.nanoTime();
    private @Nullable SampleObject object;

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    @Override
    protected Duration interval() {
        return Duration.ofSeconds(2);
    }

    @Override
    protected void prepare(ToolSession session) {
        if (limit < 0 || limit > MAX_LIMIT) {
            throw CommandException.usage("-P: " + limit + " (expected: 0.." + MAX_LIMIT + ")");
        }
        if (seconds < 0) {
            throw CommandException.usage("-T: " + seconds + " (expected: 0 or more)");
        }
        SampleObject loaded =
                session.load(
                        OBJECT,
                        request ->
                                request.withGlobal(
                                        "max_pcktsz",
                                        SampleObject.bytes(
                                                limit == 0 ? 600 : limit, Integer.BYTES)));
        session.attach(
                loaded.program("xdp_icmp", "_xdp_icmp"),
                session.device(device),
                nativeMode.check(attach));
        object = loaded;
    }

    @Override
    protected boolean isDone() {
        return seconds > 0 && System.nanoTime() - start >= Duration.ofSeconds(seconds).toNanos();
    }

    private long sent() {
        SampleObject loaded = object;
        if (loaded == null) {
            return 0;
        }
        MapInfo map = loaded.map("icmpcnt");
        return loaded.get(map, 0).getLong(0);
    }

    @Override
    protected void report(ToolSession session) {
        if (target().json()) {
            session.out().println(JsonText.of(Map.of("event", "stats", "icmp_sent", sent())));
        } else {
            session.out().printf(Locale.ROOT, "icmp \"packet too big\" sent: %10d pkts%n", sent());
        }
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        if (target().json()) {
            session.printSummary(Map.of("icmp_sent", sent()), end);
        } else {
            report(session);
        }
    }
}
