package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.tools.exit.CommandException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j filter port`.
@Command(name = "port", description = "Add or remove a port.", mixinStandardHelpOptions = true)
final class FilterPortCommand extends FilterRuleCommand {
    private static final int MAX_PORT = 65535;

    @Parameters(paramLabel = "PORT", description = "1 to 65535")
    private int port;

    @Option(
            names = {"-p", "--proto"},
            paramLabel = "PROTO",
            split = ",",
            description = "tcp, udp or both with a comma (default: tcp,udp)")
    private @Nullable List<Protocol> protocols;

    /// What has ports.
    enum Protocol {
        TCP(FilterBits.TCP),
        UDP(FilterBits.UDP);

        private final FilterBits bits;

        Protocol(FilterBits bits) {
            this.bits = bits;
        }

        @Override
        public String toString() {
            return bits.toString();
        }
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        if (port < 1 || port > MAX_PORT) {
            throw CommandException.usage("port: " + port + " (expected: 1.." + MAX_PORT + ")");
        }
        int bits = 0;
        List<Protocol> chosen = protocols == null ? List.of(Protocol.values()) : protocols;
        for (Protocol protocol : chosen) {
            bits |= protocol.bits.bit();
        }
        FilterState filter = filter(control);
        change(
                filter,
                filter.portMap(),
                FilterState.portKey(port),
                bits,
                protocols != null,
                FilterText::ports,
                out);
    }
}
