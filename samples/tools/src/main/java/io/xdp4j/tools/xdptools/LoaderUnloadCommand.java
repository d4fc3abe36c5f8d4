package io.xdp4j.tools.xdptools;

import io.xdp4j.control.Attachment;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j loader unload`.
@Command(
        name = "unload",
        description = "Unload a program from a device, or all.",
        mixinStandardHelpOptions = true)
final class LoaderUnloadCommand extends ControlCommand {
    @Parameters(paramLabel = "IFNAME", description = "device: name or interface index")
    private String device = "";

    @Option(
            names = {"-i", "--id"},
            paramLabel = "ID",
            description = "the program with that id")
    private @Nullable Integer id;

    @Option(
            names = {"-a", "--all"},
            description = "all programs")
    private boolean all;

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        if ((id == null) != all) {
            throw CommandException.usage("Need prog ID or --all (expected: one of the two)");
        }
        DeviceInfo on = device(control, device);
        List<Attachment> there = on.attached();
        if (there.isEmpty()) {
            throw new CommandException(ExitCode.RUNTIME, "No XDP program loaded on " + on.name());
        }
        int chosen = id == null ? 0 : id;
        if (!all && there.stream().noneMatch(one -> one.program() == chosen)) {
            throw new CommandException(
                    ExitCode.RUNTIME, "Program with ID " + chosen + " not loaded on " + on.name());
        }
        control.detach(on.ifindex(), chosen);
        LoadedObjects.freeUnused(control, there.stream().map(Attachment::program).toList());
    }
}
