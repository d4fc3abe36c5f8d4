package io.xdp4j.tools.xdptools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.report.ReportOptions;
import io.xdp4j.tools.report.ReportingCommand;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.session.Macs;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j trafficgen udp`.
@Command(
        name = "udp",
        description = {
            "Send UDP packets, as fast as the device takes them.",
            "Each thread replays one packet inside the datapath; a program"
                    + " redirects it, with the next port when ports vary."
        },
        mixinStandardHelpOptions = true)
final class TrafficgenUdpCommand extends ReportingCommand {
    private static final String OBJECT = "xdp_trafficgen.bpf.o";
    private static final String SOURCE_MAC = "02:00:00:00:00:02";
    private static final int MAX_THREADS = 64;
    private static final int MAX_LOOP = 1_000_000_000;

    @Parameters(paramLabel = "IFNAME", description = "device to send from")
    private String device = "";

    @Mixin private UdpOptions packet = new UdpOptions();

    @Option(
            names = {"-d", "--dyn-ports"},
            paramLabel = "N",
            description = "vary the destination port over N ports")
    private int dynamicPorts;

    @Option(
            names = {"-n", "--num-packets"},
            paramLabel = "N",
            description = "end after N packets")
    private @Nullable Integer packets;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "sources, each on a worker (default: ${DEFAULT-VALUE})")
    private int threads = 1;

    @Mixin private TrafficgenOptions options = new TrafficgenOptions();

    private @Nullable ToolSession session;

    @Override
    protected ReportOptions reporting() {
        return options;
    }

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    // ---- the datapath

    @Override
    protected boolean needsOwnDatapath() {
        return true;
    }

    /// The user's devices, and a source for each thread.
    @Override
    protected DatapathConfig adapt(DatapathConfig config) {
        TrafficgenSources.check("--threads", threads, 1, MAX_THREADS);
        TrafficgenSources.check(
                "--num-packets", packets == null ? threads : packets, threads, MAX_LOOP);
        return new TrafficgenSources(threads)
                .addTo(config, template(), packets == null ? 0 : packets);
    }

    private byte[] template() {
        packet.check();
        int most = UdpOptions.MAX_PORT - packet.destinationPort() + 1;
        TrafficgenSources.check("--dyn-ports", dynamicPorts, 0, most);
        return packet.frame(Macs.parse("--src-mac", SOURCE_MAC));
    }

    // ---- the tool

    @Override
    protected SampleSetup setUp(ToolSession opened) {
        session = opened;
        DeviceInfo to = opened.device(device);
        SampleObject object =
                opened.load(
                        OBJECT,
                        request ->
                                request.withGlobal(
                                                "ifindex_out",
                                                SampleObject.bytes(to.ifindex(), Integer.BYTES))
                                        .withGlobal(
                                                "port_start",
                                                SampleObject.bytes(
                                                        packet.destinationPort(), Short.BYTES))
                                        .withGlobal(
                                                "port_range",
                                                SampleObject.bytes(
                                                        Math.max(1, dynamicPorts), Short.BYTES)));
        ProgramInfo program =
                object.program(
                        dynamicPorts > 1 ? "xdp_redirect_update_port" : "xdp_redirect_notouch");
        List<Integer> from =
                new TrafficgenSources(threads)
                        .devices(opened).stream().map(DeviceInfo::ifindex).toList();
        for (int ifindex : from) {
            opened.control().attach(AttachRequest.of(ifindex, program.id()));
        }
        if (!target().json()) {
            opened.out()
                    .println("Transmitting on %s (ifindex %d)".formatted(to.name(), to.ifindex()));
        }
        return SampleSetup.of(
                null,
                EnumSet.of(SampleKind.REDIRECT_ERR, SampleKind.EXCEPTION, SampleKind.DEVMAP_XMIT),
                new TraceFilter(from, List.of(to.ifindex()), List.of(), false),
                TrafficgenSources.NAME + "->" + to.name());
    }

    /// True once every source has sent its share.
    @Override
    protected boolean isDone() {
        return packets != null && session != null && TrafficgenSources.sent(session) >= packets;
    }
}
