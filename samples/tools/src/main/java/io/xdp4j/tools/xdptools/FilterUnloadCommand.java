package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j filter unload`.
@Command(
        name = "unload",
        description = "Take the filter off a device.",
        mixinStandardHelpOptions = true)
final class FilterUnloadCommand extends ControlCommand {
    @Parameters(arity = "0..1", paramLabel = "IFNAME", description = "device")
    private @Nullable String device;

    @Option(
            names = {"-a", "--all"},
            description = "from all devices")
    private boolean all;

    @Option(
            names = {"-k", "--keep-maps"},
            description = "keep rules and counters for the next load")
    private boolean keepMaps;

    @Override
    protected List<String> devices() {
        return device == null ? List.of() : List.of(device);
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        if ((device == null) != all) {
            throw CommandException.usage("Need a device or --all (expected: one of the two)");
        }
        FilterState filter = FilterState.of(control);
        List<FilterState.Place> chosen =
                filter.places().stream()
                        .filter(place ->
                                device == null
                                        || place.device().ifindex()
                                                == device(control, device).ifindex())
                        .toList();
        if (chosen.isEmpty() && !all) {
            throw new CommandException(ExitCode.RUNTIME, "xdp-filter is not loaded on " + device);
        }
        for (FilterState.Place place : chosen) {
            control.detach(place.device().ifindex(), place.attached().program());
        }
        if (!keepMaps && filter.places().isEmpty()) {
            control.unload(filter.object().id());
        }
    }
}
