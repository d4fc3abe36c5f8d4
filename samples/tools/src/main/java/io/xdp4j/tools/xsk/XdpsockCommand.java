package io.xdp4j.tools.xsk;

import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.Macs;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `xdp4j xdpsock`.
///
/// Kernel: `samples/bpf/xdpsock_user.c`, later in bpf-examples.
@Command(
        name = "xdpsock",
        description = {
            "Receive, send or send back packets through AF_XDP sockets.",
            "They are the kernel's on an interface of the host, or with --config"
                    + " FILE a datapath's on one of its devices."
        },
        sortOptions = false,
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Of the original, -W and -U (scheduling: start it with chrt), -w (clock: the monotonic one) and",
            "-I (interrupts of a NIC) are not here."
        })
public final class XdpsockCommand extends XskCommand {
    /// Sockets that share a queue with -M.
    private static final int SHARING = 4;

    private static final int MAX_SECONDS = 86_400;
    private static final int MAX_BATCH = 2048;
    private static final int MIN_FRAME = 2048;
    private static final int MAX_FRAME = 4096;
    private static final int MAX_PACKET = 9728;

    /// Bytes of the checksum behind a frame, which sizes of packets include.
    private static final int FCS = 4;

    @Option(
            names = {"-r", "--rxdrop"},
            description = "drop what is received (default)")
    private boolean rxdrop;

    @Option(
            names = {"-t", "--txonly"},
            description = "only send")
    private boolean txonly;

    @Option(
            names = {"-l", "--l2fwd"},
            description = "send back what is received, MAC addresses swapped")
    private boolean l2fwd;

    @Option(
            names = {"-i", "--interface"},
            paramLabel = "DEV",
            required = true,
            description = "interface or device: name or index")
    private String device = "";

    @Option(
            names = {"-q", "--queue"},
            paramLabel = "N",
            description = "receive queue (default: ${DEFAULT-VALUE})")
    private int queue;

    @Option(
            names = {"-p", "--poll"},
            description = "wait in poll(2); with --config on a thread beside the workers")
    private boolean poll;

    @Option(
            names = {"-S", "--xdp-skb"},
            description = "attach in generic (skb) mode")
    private boolean skb;

    @Option(
            names = {"-N", "--xdp-native"},
            description = "attach in the driver or not at all")
    private boolean nativeMode;

    @Option(
            names = {"-n", "--interval"},
            paramLabel = "SECONDS",
            description = "between reports (default: ${DEFAULT-VALUE})")
    private int interval = 1;

    @Option(
            names = {"-O", "--retries"},
            paramLabel = "N",
            description = "seconds to wait for the last packets of -C (default: ${DEFAULT-VALUE})")
    private int retries = 3;

    @Option(
            names = {"-z", "--zero-copy"},
            description = "the driver works on our memory, or not at all")
    private boolean zeroCopy;

    @Option(
            names = {"-c", "--copy"},
            description = "have the kernel copy")
    private boolean copy;

    @Option(
            names = {"-m", "--no-need-wakeup"},
            description = "do not let the kernel ask for wake-ups")
    private boolean noNeedWakeup;

    @Option(
            names = {"-f", "--frame-size"},
            paramLabel = "BYTES",
            description = "of a chunk, a power of two unless -u (default: ${DEFAULT-VALUE})")
    private int frameSize = MAX_FRAME;

    @Option(
            names = {"-u", "--unaligned"},
            description = "chunks may start anywhere")
    private boolean unaligned;

    @Option(
            names = {"-M", "--shared-umem"},
            description = "four sockets on the queue, which take turns")
    private boolean shared;

    @Option(names = "-d", paramLabel = "SECONDS", description = "stop after this time")
    private @Nullable Integer seconds;

    @Option(
            names = {"-b", "--batch-size"},
            paramLabel = "N",
            description = "packets at a time (default: ${DEFAULT-VALUE})")
    private int batch = 64;

    @Option(
            names = {"-C", "--tx-pkt-count"},
            paramLabel = "N",
            description = "packets to send (default: no end)")
    private long count;

    @Option(
            names = {"-s", "--tx-pkt-size"},
            paramLabel = "BYTES",
            description = "of a sent packet with its checksum (default: ${DEFAULT-VALUE})")
    private int size = 64;

    @Option(
            names = {"-P", "--tx-pkt-pattern"},
            paramLabel = "WORD",
            description = "that fills sent packets (default: 0x12345678)")
    private String pattern = "0x12345678";

    @Option(
            names = {"-V", "--tx-vlan"},
            description = "send tagged packets")
    private boolean vlan;

    @Option(
            names = {"-J", "--tx-vlan-id"},
            paramLabel = "ID",
            description = "of the tag (default: ${DEFAULT-VALUE})")
    private int vlanId = 1;

    @Option(
            names = {"-K", "--tx-vlan-pri"},
            paramLabel = "PRIO",
            description = "of the tag (default: ${DEFAULT-VALUE})")
    private int vlanPriority;

    @Option(
            names = {"-G", "--tx-dmac"},
            paramLabel = "MAC",
            description = "destination of sent packets (default: ${DEFAULT-VALUE})")
    private String destination = "3c:fd:fe:9e:7f:71";

    @Option(
            names = {"-H", "--tx-smac"},
            paramLabel = "MAC",
            description = "source of sent packets (default: the device's)")
    private @Nullable String source;

    @Option(
            names = {"-T", "--tx-cycle"},
            paramLabel = "MICROSECONDS",
            description = "time between batches (default: none)")
    private long cycle;

    @Option(
            names = {"-y", "--tstamp"},
            description = "put number and time into sent packets")
    private boolean stamped;

    @Option(
            names = {"-x", "--extra-stats"},
            description = "show the kernel's counters of the socket")
    private boolean extra;

    @Option(
            names = {"-Q", "--quiet"},
            description = "show nothing but the summary")
    private boolean quiet;

    @Option(
            names = {"-a", "--app-stats"},
            description = "show what the program called")
    private boolean app;

    @Option(
            names = {"-B", "--busy-poll"},
            description = "have the driver's NAPI run in our system calls")
    private boolean busyPoll;

    @Option(
            names = {"-R", "--reduce-cap"},
            description = "not here: capabilities are a thread's, and a JVM has many")
    private boolean reduceCapabilities;

    @Option(
            names = {"-F", "--frags"},
            description = "packets may take several chunks")
    private boolean frags;

    // ---- options

    @Override
    protected void check() {
        oneOf("-r, -t and -l", rxdrop, txonly, l2fwd);
        oneOf("-S and -N", skb, nativeMode);
        oneOf("-z and -c", zeroCopy, copy);
        oneOf("-R and -M", reduceCapabilities, shared);
        if (reduceCapabilities) {
            throw new CommandException(
                    ExitCode.UNSUPPORTED,
                    "-R: a JVM cannot take capabilities from its threads (expected: start it with"
                            + " no more than CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF)");
        }
        range("--interval", interval, 1, MAX_SECONDS);
        range("--retries", retries, 0, MAX_SECONDS);
        range("--batch-size", batch, 1, MAX_BATCH);
        range("-d", seconds == null ? 1 : seconds, 1, Integer.MAX_VALUE);
        range("--tx-pkt-count", count, 0, Long.MAX_VALUE);
        range("--tx-cycle", cycle, 0, TimeUnit.SECONDS.toMicros(MAX_SECONDS));
        range("--tx-vlan-id", vlanId, 1, 4095);
        range("--tx-vlan-pri", vlanPriority, 0, 7);
        range("--frame-size", frameSize, MIN_FRAME, MAX_FRAME);
        if (!unaligned && Integer.bitCount(frameSize) != 1) {
            throw CommandException.usage(
                    "--frame-size: " + frameSize + " (expected: 2048 or 4096; others with -u)");
        }
    }

    private static void oneOf(String options, boolean... given) {
        int count = 0;
        for (boolean one : given) {
            count += one ? 1 : 0;
        }
        if (count > 1) {
            throw CommandException.usage(options + ": together (expected: one of them)");
        }
    }

    private TxPacket packet(XskFace face) {
        TxPacket.Content content =
                new TxPacket.Content(
                        Macs.parse("--tx-dmac", destination),
                        source == null ? face.mac() : Macs.parse("--tx-smac", source),
                        size - FCS,
                        word(),
                        vlan ? vlanPriority << 13 | vlanId : -1,
                        stamped);
        int most = frags ? MAX_PACKET : frameSize;
        range("--tx-pkt-size", size, Math.max(64, content.minimum() + FCS), most);
        return TxPacket.of(content);
    }

    private int word() {
        try {
            return (int) (long) Long.decode(pattern);
        } catch (NumberFormatException e) {
            throw CommandException.usage(
                    "--tx-pkt-pattern: " + pattern + " (expected: a number like 0x12345678)");
        }
    }

    @Override
    protected String device() {
        return device;
    }

    @Override
    protected XskMode mode() {
        if (skb) {
            return XskMode.GENERIC;
        }
        return nativeMode ? XskMode.NATIVE : XskMode.AUTO;
    }

    @Override
    protected XskSetup setup() {
        int flags = 0;
        flags |= copy ? AfXdp.XDP_COPY : 0;
        flags |= zeroCopy ? AfXdp.XDP_ZEROCOPY : 0;
        flags |= noNeedWakeup ? 0 : AfXdp.XDP_USE_NEED_WAKEUP;
        flags |= frags ? AfXdp.XDP_USE_SG : 0;
        return new XskSetup(
                queue, shared ? SHARING : 1, !txonly, frameSize, unaligned, flags, busyPoll);
    }

    @Override
    protected boolean polls() {
        return poll;
    }

    @Override
    protected long intervalSeconds() {
        return interval;
    }

    @Override
    protected @Nullable Integer seconds() {
        return seconds;
    }

    @Override
    protected XskLoop loop(XskFace face, XskPort port) {
        if (txonly) {
            TxOnlyLoop.Plan plan = new TxOnlyLoop.Plan(count, retries, cycle);
            return new TxOnlyLoop(port, batch, poll, packet(face), plan);
        }
        return l2fwd ? new L2FwdLoop(port, batch, poll) : new RxDropLoop(port, batch, poll);
    }

    @Override
    protected XskView view(XskFace face, XskPort port) {
        return new XskReport(port, title(face), extra, app, quiet);
    }

    /// As in `eth0:0 rxdrop xdp-drv poll()`.
    private String title(XskFace face) {
        StringBuilder title = new StringBuilder(face.device()).append(':').append(queue);
        title.append(txonly ? " txonly" : l2fwd ? " l2fwd" : " rxdrop");
        if (!face.mode().isEmpty()) {
            title.append(' ').append(face.mode());
        }
        return title.append(poll ? " poll()" : "").toString();
    }
}
