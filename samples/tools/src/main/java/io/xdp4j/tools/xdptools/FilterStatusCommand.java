package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/// `xdp4j filter status`.
@Command(
        name = "status",
        description = "Show where the filter is loaded, its rules and what they matched.",
        mixinStandardHelpOptions = true)
final class FilterStatusCommand extends ControlCommand {
    @Override
    protected List<String> devices() {
        return List.of();
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        FilterState filter = FilterState.of(control);
        if (json()) {
            out.println(JsonText.of(FilterText.json(filter)));
        } else {
            FilterText.status(filter).forEach(out::println);
        }
    }
}
