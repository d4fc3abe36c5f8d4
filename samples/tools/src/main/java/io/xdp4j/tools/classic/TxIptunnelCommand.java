package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.Macs;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j xdp_tx_iptunnel`.
///
/// Kernel: `samples/bpf/xdp_tx_iptunnel_user.c`.
@Command(
        name = "xdp_tx_iptunnel",
        description = {
            "Put packets for a virtual address into IP and send them back.",
            "IPv4 goes into IPv4, IPv6 into IPv6."
        },
        mixinStandardHelpOptions = true)
public final class TxIptunnelCommand extends ToolCommand {
    private static final String OBJECT = "xdp_tx_iptunnel.bpf.o";
    private static final int PROTOCOLS = 256;
    private static final int MAX_PORTS = 256;
    private static final int MAX_PORT = 65535;
    private static final int ADDRESS_BYTES = 16;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int INTERVAL_SECONDS = 2;

    @Option(
            names = {"-i", "--interface"},
            paramLabel = "IFNAME",
            required = true,
            description = "device: name or interface index")
    private String device = "";

    @Option(
            names = {"-a", "--vip"},
            paramLabel = "ADDRESS",
            required = true,
            description = "virtual address whose packets are tunnelled")
    private String vip = "";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            required = true,
            description = "its port, or a range such as 433-444")
    private String ports = "";

    @Option(
            names = {"-s", "--source"},
            paramLabel = "ADDRESS",
            required = true,
            description = "source of the outer header")
    private String source = "";

    @Option(
            names = {"-d", "--destination"},
            paramLabel = "ADDRESS",
            required = true,
            description = "destination of the outer header")
    private String destination = "";

    @Option(
            names = {"-m", "--mac"},
            paramLabel = "MAC",
            required = true,
            description = "where tunnelled packets are sent")
    private String mac = "";

    @Option(
            names = {"-T", "--stop-after"},
            paramLabel = "SECONDS",
            description = "stop after so many seconds (default: never)")
    private int stopAfter;

    @Option(
            names = {"-P", "--protocol"},
            paramLabel = "NUMBER",
            description = "IP protocol of the virtual address: 6 TCP, 17 UDP (default: 6)")
    private int protocol = 6;

    @Mixin private NativeOption nativeMode = new NativeOption();

    @Mixin private AttachOptions attach = new AttachOptions();

    private final long[] before = new long[PROTOCOLS];
    private final long start = System.nanoTime();
    private @Nullable SampleObject object;

    /// The ports from the first to the last.
    private record Range(int first, int last) {
        static Range parse(String text) {
            if (!text.matches("\\d{1,5}(-\\d{1,5})?")) {
                throw invalid(text);
            }
            String[] ends = text.split("-", -1);
            Range range =
                    new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
            if (range.first > range.last || range.last > MAX_PORT) {
                throw invalid(text);
            }
            if (range.last - range.first >= MAX_PORTS) {
                throw CommandException.usage(
                        "Port range ("
                                + text
                                + ") is larger than "
                                + MAX_PORTS
                                + " (expected: at most so many)");
            }
            return range;
        }

        private static CommandException invalid(String text) {
            return CommandException.usage(
                    "Invalid port(s): " + text + " (expected: like 443, or 433-444)");
        }
    }

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    @Override
    protected Duration interval() {
        return Duration.ofSeconds(INTERVAL_SECONDS);
    }

    @Override
    protected boolean isDone() {
        return stopAfter > 0
                && System.nanoTime() - start >= Duration.ofSeconds(stopAfter).toNanos();
    }

    @Override
    protected void prepare(ToolSession session) {
        Range range = Range.parse(ports);
        byte[] virtual = address("vip", vip);
        byte[] tunnel = tunnel(virtual.length);
        DeviceInfo on = session.device(device);
        SampleObject loaded = session.load(OBJECT, request -> request);
        MapInfo map = loaded.map("vip2tnl");
        for (int port = range.first(); port <= range.last(); port++) {
            session.control().update(map.id(), key(virtual, port), tunnel, 0);
        }
        session.attach(
                loaded.program("xdp_tx_iptunnel", "_xdp_tx_iptunnel"),
                on,
                nativeMode.check(attach));
        object = loaded;
    }

    private static byte[] address(String what, String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    what + ": " + text + " is an invalid IP (expected: an IPv4 or IPv6 address)");
        }
    }

    private static int family(byte[] address) {
        return address.length == Integer.BYTES ? AF_INET : AF_INET6;
    }

    /// `struct vip` of the object.
    private byte[] key(byte[] address, int port) {
        ByteBuffer key = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        key.put(address).position(ADDRESS_BYTES);
        key.put((byte) (port >>> 8)).put((byte) port);
        key.putShort((short) family(address)).put((byte) protocol);
        return key.array();
    }

    /// `struct tunnel` of the object.
    private byte[] tunnel(int addressBytes) {
        byte[] from = address("source", source);
        byte[] to = address("destination", destination);
        if (from.length != to.length || from.length != addressBytes) {
            throw CommandException.usage(
                    "The IP version of the src and dst addresses used in the IP encapsulation does"
                            + " not match (expected: both of the version of the virtual address)");
        }
        ByteBuffer value = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        value.put(from).position(ADDRESS_BYTES).put(to).position(2 * ADDRESS_BYTES);
        value.putShort((short) family(from)).put(Macs.parse("mac", mac));
        return value.array();
    }

    private SampleObject object() {
        if (object == null) {
            throw new IllegalStateException("the tool is not prepared");
        }
        return object;
    }

    /// Packets of each IP protocol that has some.
    private Map<Integer, Long> counts() {
        MapInfo map = object().map("rxcnt");
        Map<Integer, Long> counts = new TreeMap<>();
        for (int number = 0; number < PROTOCOLS; number++) {
            long sum = object().sum(map, number, 0);
            if (sum > 0) {
                counts.put(number, sum);
            }
        }
        return counts;
    }

    @Override
    protected void report(ToolSession session) {
        Map<String, Object> json = new LinkedHashMap<>();
        counts().forEach((number, sum) -> {
            long rate = (sum - before[number]) / INTERVAL_SECONDS;
            if (sum > before[number]) {
                json.put(String.valueOf(number), Map.of("packets", sum, "rate", rate));
                if (!target().json()) {
                    session.out()
                            .println(
                                    "proto %d: sum:%10d pkts, rate:%10d pkts/s"
                                            .formatted(number, sum, rate));
                }
            }
            before[number] = sum;
        });
        if (target().json()) {
            session.out().println(JsonText.of(Map.of("event", "stats", "protocols", json)));
        }
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        if (target().json()) {
            Map<String, Object> protocols = new LinkedHashMap<>();
            counts().forEach((number, sum) -> protocols.put(String.valueOf(number), sum));
            session.printSummary(Map.of("protocols", protocols), end);
        }
    }
}
