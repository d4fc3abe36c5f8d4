package io.xdp4j.tools.classic;

import io.xdp4j.control.MapInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Counts packets by IP protocol and prints what came in each second.
///
/// Kernel: `samples/bpf/xdp1_user.c`.
abstract class ProtocolCountCommand extends ToolCommand {
    private static final String OBJECT = "xdp1.bpf.o";
    private static final int PROTOCOLS = 256;

    @Parameters(paramLabel = "IFACE", description = "device: name or interface index")
    private String device = "";

    @Mixin private AttachOptions attach = new AttachOptions();

    @Mixin private NativeOption nativeMode = new NativeOption();

    private final String program;
    private final long[] before = new long[PROTOCOLS];
    private @Nullable SampleObject object;

    /// @param program of our object; the kernel's two objects each have one
    ProtocolCountCommand(String program) {
        this.program = program;
    }

    @Override
    protected final List<String> devices() {
        return List.of(device);
    }

    @Override
    protected final void prepare(ToolSession session) {
        SampleObject loaded = session.load(OBJECT, request -> request);
        session.attach(
                loaded.program(program, "xdp_prog1"),
                session.device(device),
                nativeMode.check(attach));
        object = loaded;
    }

    @Override
    protected final void report(ToolSession session) {
        long[] now = counts();
        Map<String, Object> rates = new LinkedHashMap<>();
        for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
            long packets = now[protocol] - before[protocol];
            if (packets > 0) {
                rates.put(String.valueOf(protocol), packets);
                if (!target().json()) {
                    session.out().printf(Locale.ROOT, "proto %d: %10d pkt/s%n", protocol, packets);
                }
            }
            before[protocol] = now[protocol];
        }
        if (target().json()) {
            session.out().println(JsonText.of(Map.of("event", "stats", "protocols", rates)));
        }
    }

    private long[] counts() {
        long[] counts = new long[PROTOCOLS];
        SampleObject loaded = object;
        if (loaded != null) {
            MapInfo map = loaded.map("rxcnt");
            for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
                counts[protocol] = loaded.sum(map, protocol, 0);
            }
        }
        return counts;
    }

    @Override
    protected final void summary(ToolSession session, Snapshot end) {
        if (!target().json()) {
            return;
        }
        Map<String, Object> totals = new LinkedHashMap<>();
        long[] counts = counts();
        for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
            if (counts[protocol] != 0) {
                totals.put(String.valueOf(protocol), counts[protocol]);
            }
        }
        session.printSummary(Map.of("protocols", totals), end);
    }
}
