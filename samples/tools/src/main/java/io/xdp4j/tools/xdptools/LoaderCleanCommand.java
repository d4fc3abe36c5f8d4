package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `xdp4j loader clean`.
@Command(
        name = "clean",
        description = "Free objects that were loaded to stay and are on no device any more.",
        mixinStandardHelpOptions = true)
final class LoaderCleanCommand extends ControlCommand {
    @Parameters(arity = "0..1", paramLabel = "IFNAME", description = "of the datapath of a device")
    private @Nullable String device;

    @Override
    protected List<String> devices() {
        return device == null ? List.of() : List.of(device);
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        List<Integer> persistent =
                control.objects().stream()
                        .filter(ObjectInfo::persistent)
                        .flatMap(object -> object.programs().stream())
                        .map(ProgramInfo::id)
                        .toList();
        int freed = LoadedObjects.freeUnused(control, persistent);
        if (verbose()) {
            out.println(
                    "Cleaning up detached XDP program links for "
                            + (device == null ? "all interfaces" : device)
                            + ": "
                            + freed
                            + " objects");
        }
    }
}
