package io.xdp4j.tools.xdptools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.config.DeviceSpec;
import io.xdp4j.config.InterfaceDeviceSpec;
import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectRequest;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.report.ReportOptions;
import io.xdp4j.tools.report.ReportingCommand;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j trafficgen tcp`.
///
/// The host's stack connects; from then on a program of the datapath sends in the flow what the
/// receiver's window allows, and another one follows the acknowledgements.
@Command(
        name = "tcp",
        description = {
            "Send one TCP flow of meaningless bytes to a host that reads them, such"
                    + " as a discard server.",
            "There is no congestion control; what is lost is sent again."
        },
        mixinStandardHelpOptions = true)
final class TrafficgenTcpCommand extends ReportingCommand {
    private static final String OBJECT = "xdp_trafficgen_tcp.bpf.o";
    private static final TrafficgenSources SOURCE = new TrafficgenSources(1);
    private static final byte[] UNKNOWN_MAC = new byte[6];
    private static final int MAX_PORT = 65535;
    private static final int MAX_SECONDS = 3600;
    private static final int ADDRESS_BYTES = 16;
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int PHASE_OPEN = 1;
    private static final int PHASE_CLOSED = 2;

    // Offsets in `struct flow`.
    private static final int PHASE = 0;
    private static final int ACKED = 4;
    private static final int HIGHEST = 52;
    private static final int FINISHED = 60;
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(88).asReadOnlyBuffer();

    @Parameters(paramLabel = "HOST", description = "where to: a name or an IP address")
    private String host = "";

    @Option(
            names = {"-i", "--interface"},
            paramLabel = "IFNAME",
            required = true,
            description = "interface of the host through which it is reached")
    private String device = "";

    @Option(
            names = {"-p", "--dst-port"},
            paramLabel = "PORT",
            description = "port that listens (default: ${DEFAULT-VALUE})")
    private int port = 10_000;

    @Option(
            names = {"-n", "--num-packets"},
            paramLabel = "N",
            description = "end after N packets")
    private @Nullable Long packets;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "SECONDS",
            description = "how long connecting may take (default: ${DEFAULT-VALUE})")
    private int timeout = 2;

    @Mixin private ModeOption mode = new ModeOption();

    @Mixin private TrafficgenOptions options = new TrafficgenOptions();

    private @Nullable Flow flow;

    /// The flow's ends, and what counts it.
    private record Flow(InetSocketAddress to, Socket socket, TcpTemplate template, State state) {}

    /// The flow's state in the program's map, once it is loaded.
    private static final class State {
        private @Nullable SampleObject object;

        private ByteBuffer read() {
            SampleObject loaded = object;
            return loaded == null ? EMPTY : loaded.get(loaded.map("the_flow"), 0);
        }

        boolean isOpen() {
            return read().getInt(PHASE) == PHASE_OPEN;
        }

        /// True when both sides know of the end.
        boolean isOver() {
            ByteBuffer flow = read();
            return flow.getInt(PHASE) == PHASE_CLOSED
                    || (flow.getInt(FINISHED) != 0
                            && flow.getInt(ACKED) == flow.getInt(HIGHEST) + 1);
        }

        void close() {
            SampleObject loaded = object;
            if (loaded != null) {
                loaded.put(loaded.map("closing"), 0, 1);
            }
        }
    }

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

    /// The interface, by AF_PACKET: it leaves the host its share of the handshake.
    @Override
    protected DatapathConfig adapt(DatapathConfig config) {
        TrafficgenSources.check("--dst-port", port, 1, MAX_PORT);
        TrafficgenSources.check("--timeout", timeout, 1, MAX_SECONDS);
        TrafficgenSources.check("--num-packets", packets == null ? 1 : packets, 1, Long.MAX_VALUE);
        List<DeviceSpec> withPacket =
                config.devices().stream().map(TrafficgenTcpCommand::withPacket).toList();
        Flow opened = bound();
        flow = opened;
        return SOURCE.addTo(config.withDevices(withPacket), opened.template().frame(), 0);
    }

    private static DeviceSpec withPacket(DeviceSpec spec) {
        if (!(spec instanceof InterfaceDeviceSpec on)) {
            throw CommandException.usage(
                    "--interface: "
                            + spec.name()
                            + " (expected: an interface of the host, whose stack connects)");
        }
        if (on.transport() == InterfaceDeviceSpec.Transport.AF_XDP) {
            throw new CommandException(
                    ExitCode.UNSUPPORTED,
                    "--transport: af_xdp takes the host's share of the handshake, too (expected:"
                            + " af_packet)");
        }
        return new InterfaceDeviceSpec(
                on.name(),
                InterfaceDeviceSpec.Transport.AF_PACKET,
                on.interfaceName(),
                on.queues(),
                on.promiscuous(),
                on.offloads(),
                on.fanout(),
                on.ring(),
                on.qdiscBypass(),
                on.xdp(),
                on.at());
    }

    /// A socket with its own end of the flow, so that the program can be told which flow it is.
    private Flow bound() {
        try {
            InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(host), port);
            Socket socket = new Socket();
            socket.setSoLinger(true, 0); // nobody is to wait for bytes that the host never sent
            socket.bind(new InetSocketAddress(localAddress(to), 0));
            IpTemplate headers =
                    new IpTemplate(
                            UNKNOWN_MAC,
                            UNKNOWN_MAC,
                            to.getAddress(),
                            socket.getLocalAddress(),
                            IpTemplate.PROTOCOL_TCP);
            TcpTemplate template =
                    new TcpTemplate(
                            headers,
                            port,
                            socket.getLocalPort(),
                            NetworkInterface.getByName(device).getMTU());
            return new Flow(to, socket, template, new State());
        } catch (UnknownHostException e) {
            throw CommandException.usage(host + ": unknown (expected: a host or an IP address)");
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static InetAddress localAddress(InetSocketAddress to) throws IOException {
        try (DatagramSocket probe = new DatagramSocket()) {
            probe.connect(to); // sends nothing: it only looks up the route
            return probe.getLocalAddress();
        }
    }

    private CommandException failed(IOException e) {
        return new CommandException(
                ExitCode.RUNTIME,
                "connect(%s, port %d): %s (expected: a host that listens there, reached through %s)"
                        .formatted(host, port, e.getMessage(), device),
                e);
    }

    // ---- the tool

    private Flow flow() {
        if (flow == null) {
            throw new IllegalStateException("no flow before the datapath");
        }
        return flow;
    }

    @Override
    protected SampleSetup setUp(ToolSession session) {
        Flow opened = flow();
        session.keep(opened.socket());
        DeviceInfo to = session.device(device);
        DeviceInfo from = SOURCE.devices(session).getFirst();
        SampleObject object = session.load(OBJECT, request -> described(request, to.ifindex()));
        opened.state().object = object;
        session.control()
                .attach(
                        AttachRequest.of(to.ifindex(), object.program("xdp_handle_tcp_recv").id())
                                .withMode(mode.mode()));
        session.control()
                .attach(
                        AttachRequest.of(
                                from.ifindex(), object.program("xdp_redirect_send_tcp").id()));
        if (!target().json()) {
            session.out()
                    .println(
                            "Connecting to %s port %d through %s (ifindex %d)"
                                    .formatted(host, port, to.name(), to.ifindex()));
        }
        return SampleSetup.of(
                null,
                EnumSet.of(SampleKind.REDIRECT_ERR, SampleKind.EXCEPTION, SampleKind.DEVMAP_XMIT),
                new TraceFilter(List.of(from.ifindex()), List.of(to.ifindex()), List.of(), false),
                TrafficgenSources.NAME + "->" + to.name());
    }

    private ObjectRequest described(ObjectRequest request, int ifindex) {
        Flow opened = flow();
        return request.withGlobal("ifindex_out", SampleObject.bytes(ifindex, Integer.BYTES))
                .withGlobal(
                        "payload", SampleObject.bytes(opened.template().payload(), Integer.BYTES))
                .withGlobal(
                        "packet_limit",
                        SampleObject.bytes(packets == null ? 0 : packets, Long.BYTES))
                .withGlobal("remote_addr", address(opened.to().getAddress()))
                .withGlobal("local_addr", address(opened.socket().getLocalAddress()))
                .withGlobal("remote_port", SampleObject.bytes(port, Short.BYTES))
                .withGlobal(
                        "local_port",
                        SampleObject.bytes(opened.socket().getLocalPort(), Short.BYTES));
    }

    private static byte[] address(InetAddress address) {
        return Arrays.copyOf(address.getAddress(), ADDRESS_BYTES);
    }

    /// Connects as soon as the datapath receives.
    @Override
    protected void poll(ToolSession session) {
        Flow opened = flow();
        if (opened.socket().isConnected() || opened.socket().isClosed()) {
            return;
        }
        try {
            opened.socket().connect(opened.to(), (int) TimeUnit.SECONDS.toMillis(timeout));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// True once all has arrived, or the other side has closed the flow.
    @Override
    protected boolean isDone() {
        return flow().state().isOver();
    }

    /// Ends the flow, so that the other side sees its end.
    @Override
    protected void beforeDrain(ToolSession session) {
        State state = flow().state();
        if (state.isOpen()) {
            state.close();
            long deadline = System.nanoTime() + END_NANOS;
            while (!state.isOver() && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }
}
