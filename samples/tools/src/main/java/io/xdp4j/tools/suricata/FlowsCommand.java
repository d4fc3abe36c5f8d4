package io.xdp4j.tools.suricata;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j suricata flows`.
@Command(
        name = "flows",
        description = "Show, add or remove bypassed flows of a running filter.",
        mixinStandardHelpOptions = true)
final class FlowsCommand extends ControlCommand {
    /// What to do.
    enum Action {
        DUMP,
        ADD,
        DELETE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "ACTION", description = "${COMPLETION-CANDIDATES}")
    private Action action = Action.DUMP;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "FLOW",
            description = "flows for add and delete, such as 'udp 10.0.0.1:5000 > 10.0.0.2:53'")
    private List<String> flows = List.of();

    @Option(names = "--one-way", description = "only the direction that is named (default: both)")
    private boolean oneWay;

    @Override
    protected List<String> devices() {
        return List.of();
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        if (flows.isEmpty() == (action != Action.DUMP)) {
            throw CommandException.usage(
                    action + ": " + flows.size() + " flows (expected: flows for add and delete)");
        }
        List<FlowKey> named = flows.stream().map(FlowKey::parse).toList();
        FlowTables tables = FlowTables.find(control);
        for (FlowKey flow : named) {
            change(tables, flow);
            if (!oneWay) {
                change(tables, flow.reversed());
            }
        }
        if (action == Action.DUMP) {
            dump(tables.flows(), out);
        }
    }

    private void change(FlowTables tables, FlowKey flow) {
        if (action == Action.ADD) {
            tables.add(flow);
        } else {
            tables.remove(flow);
        }
    }

    private void dump(List<BypassedFlow> all, PrintWriter out) {
        if (json()) {
            out.println(
                    JsonText.of(Map.of("flows", all.stream().map(BypassedFlow::json).toList())));
        } else {
            all.forEach(out::println);
        }
    }
}
