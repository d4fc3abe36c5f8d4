package io.xdp4j.tools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.SampleObjects;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j switch IFACE IFACE...`: a learning switch without a file.
@Command(
        name = "switch",
        description = "Run a learning switch between interfaces.",
        mixinStandardHelpOptions = true)
final class SwitchCommand implements Callable<Integer> {
    /// How ports are driven.
    enum Transport {
        AUTO,
        AF_PACKET,
        AF_XDP;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String OBJECT = "xdp_switch.bpf.o";

    @Mixin private RunOptions options = new RunOptions();

    @Parameters(paramLabel = "IFACE", arity = "2..*", description = "interfaces, two or more")
    private List<String> interfaces = List.of();

    @Option(
            names = "--transport",
            paramLabel = "T",
            description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}")
    private Transport transport = Transport.AUTO;

    @Option(names = "--queues", paramLabel = "N", description = "receive queues of each port")
    private int queues = 1;

    @Option(names = "--workers", paramLabel = "N", description = "worker threads")
    private @Nullable Integer workers;

    @Option(
            names = "--ebpf",
            description = "run samples/bpf/xdp_switch.bpf.o in place of the Java switch")
    private boolean ebpf;

    @Override
    public Integer call() {
        DatapathSession.run(
                "switch", DatapathConfig.parse(configuration(), "<command line>"), options);
        return ExitCode.OK;
    }

    /// The same datapath as a file would describe it.
    private String configuration() {
        StringBuilder yaml = new StringBuilder();
        if (workers != null) {
            yaml.append("workers: ").append(workers).append('\n');
        }
        yaml.append("devices:\n");
        for (String name : interfaces) {
            yaml.append("  - {name: ")
                    .append(quoted(name))
                    .append(", transport: ")
                    .append(transport)
                    .append(", interface: ")
                    .append(quoted(name))
                    .append(", queues: ")
                    .append(queues)
                    .append("}\n");
        }
        return yaml.append(ebpf ? object() : bridge()).toString();
    }

    private String names() {
        return String.join(", ", interfaces.stream().map(SwitchCommand::quoted).toList());
    }

    private String bridge() {
        return "switch:\n  name: switch\n  ports: [" + names() + "]\n";
    }

    private String object() {
        Path file = SampleObjects.extract(OBJECT).file(OBJECT);
        StringBuilder yaml =
                new StringBuilder("programs:\n  - name: switch\n    type: object\n    file: ")
                        .append(quoted(file.toString()))
                        .append("\n    attach: [")
                        .append(names())
                        .append("]\n    entries:\n");
        for (String name : interfaces) {
            yaml.append("      - {map: ports, device: ").append(quoted(name)).append("}\n");
        }
        return yaml.toString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
