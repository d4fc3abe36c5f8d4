package io.xdp4j.tools.xdptools;

import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.tools.xsk.XskCommand;
import io.xdp4j.tools.xsk.XskFace;
import io.xdp4j.tools.xsk.XskPort;
import io.xdp4j.tools.xsk.XskSampleReport;
import io.xdp4j.tools.xsk.XskSetup;
import io.xdp4j.tools.xsk.XskView;
import java.util.Locale;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A mode of xdp-tools over an AF_XDP socket.
abstract class XskBenchCommand extends XskCommand {
    /// Packets at a time.
    static final int BATCH = 64;

    private static final int FRAME_BYTES = 4096;
    private static final int MAX_SECONDS = 86_400;

    @Parameters(paramLabel = "IFNAME", description = "interface, or device of --config FILE")
    private String device = "";

    @Option(
            names = {"-q", "--queue"},
            paramLabel = "N",
            description = "receive queue (default: ${DEFAULT-VALUE})")
    private int queue;

    @Option(
            names = {"-C", "--copy-mode"},
            paramLabel = "MODE",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private CopyMode copyMode = CopyMode.AUTO;

    /// Who copies.
    enum CopyMode {
        AUTO(0),
        COPY(AfXdp.XDP_COPY),
        ZERO_COPY(AfXdp.XDP_ZEROCOPY);

        private final int flag;

        CopyMode(int flag) {
            this.flag = flag;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// Seconds between reports as the user said.
    abstract int interval();

    /// Whether packets come to the socket.
    abstract boolean receives();

    /// First words of the line that says what is done.
    abstract String verb();

    @Override
    protected void check() {
        range("--interval", interval(), 1, MAX_SECONDS);
    }

    @Override
    protected final String device() {
        return device;
    }

    @Override
    protected final XskSetup setup() {
        return new XskSetup(
                queue,
                1,
                receives(),
                FRAME_BYTES,
                false,
                copyMode.flag | AfXdp.XDP_USE_NEED_WAKEUP,
                false);
    }

    @Override
    protected final long intervalSeconds() {
        return interval();
    }

    @Override
    protected final XskView view(XskFace face, XskPort port) {
        return new XskSampleReport(port, "Summary");
    }

    @Override
    protected final String headline(XskFace face) {
        return "%s on %s (ifindex %d; queue %d)"
                .formatted(verb(), face.device(), face.ifindex(), queue);
    }
}
