package io.xdp4j.tools.session;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A command that asks or changes a running datapath, and ends.
public abstract class ControlCommand implements Callable<Integer> {
    @Option(
            names = "--datapath",
            paramLabel = "PID|PATH",
            description =
                    "the running datapath; without it the one that has the device, or the only one")
    private @Nullable String datapath;

    @Option(names = "--json", description = "print JSON, and nothing else")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "say which datapath it is, and what was done")
    private boolean[] verbose = {};

    /// True when the user wants to know what was done.
    protected final boolean verbose() {
        return verbose.length > 0;
    }

    protected final boolean json() {
        return json;
    }

    /// Names or interface indexes of the devices that the command was given.
    protected abstract List<String> devices();

    protected abstract void run(DatapathControl control, PrintWriter out);

    /// The device with that name or interface index.
    protected static DeviceInfo device(DatapathControl control, String nameOrIndex) {
        return RunningDatapaths.device(control, nameOrIndex);
    }

    @Override
    public final Integer call() {
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        try (DatapathControl control = connect()) {
            if (verbose()) {
                System.err.println("datapath of process " + control.info().pid());
            }
            run(control, out);
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }

    private DatapathControl connect() {
        if (datapath != null) {
            return RunningDatapaths.connect(datapath);
        }
        List<String> devices = devices();
        return RunningDatapaths.find(devices)
                .orElseThrow(() ->
                        new CommandException(
                                ExitCode.RUNTIME,
                                (devices.isEmpty()
                                                ? "no datapath is running"
                                                : String.join(", ", devices)
                                                        + ": no running datapath has it")
                                        + " (expected: one of ./xdp4j run, switch, demo or"
                                        + " a tool)"));
    }
}
