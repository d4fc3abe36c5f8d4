package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ObjectRequest;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.exit.InputFiles;
import io.xdp4j.tools.session.ControlCommand;
import io.xdp4j.tools.session.SampleObjects;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j filter load`.
@Command(
        name = "load",
        description = "Load the filter on a device of a running datapath.",
        mixinStandardHelpOptions = true)
final class FilterLoadCommand extends ControlCommand {
    private static final String OBJECT = "xdp_filter.bpf.o";

    /// Before what does not say when it wants to run.
    private static final int PRIORITY = 10;

    @Parameters(paramLabel = "IFNAME", description = "device: name or interface index")
    private String device = "";

    @Mixin private ModeOption mode = new ModeOption();

    @Option(
            names = {"-p", "--policy"},
            paramLabel = "POLICY",
            description = {
                "for packets that no rule names: ${COMPLETION-CANDIDATES}",
                "(default: ${DEFAULT-VALUE}). With deny nothing passes until rules are there."
            })
    private FilterPolicy policy = FilterPolicy.ALLOW;

    @Option(
            names = {"-f", "--features"},
            paramLabel = "FEATURES",
            split = ",",
            description = "tcp, udp, ipv6, ipv4, ethernet or all, with commas (default: all)")
    private List<String> features = List.of("all");

    @Option(
            names = "--object",
            paramLabel = "FILE",
            description = "an object in place of our own, such as Debian's xdpfilt_alw_all.o")
    private @Nullable Path object;

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        Set<FilterFeature> wanted = FilterFeature.parse(features);
        DeviceInfo on = device(control, device);
        Optional<FilterState> loaded = FilterState.find(control);
        loaded.ifPresent(state -> checkPlaces(state, on));
        ObjectInfo filter =
                loaded.map(FilterState::object).orElseGet(() -> control.load(request()));
        try {
            control.attach(
                    AttachRequest.of(on.ifindex(), program(filter, wanted).id())
                            .withMode(mode.mode())
                            .withPriority(PRIORITY, 1 << XdpAction.XDP_PASS)
                            .withPersistent(true));
        } catch (RuntimeException e) {
            if (loaded.isEmpty()) {
                control.unload(filter.id());
            }
            throw e;
        }
    }

    private void checkPlaces(FilterState state, DeviceInfo on) {
        for (FilterState.Place place : state.places()) {
            if (!place.program().startsWith(policy.programPrefix())) {
                FilterPolicy other =
                        policy == FilterPolicy.ALLOW ? FilterPolicy.DENY : FilterPolicy.ALLOW;
                throw new CommandException(
                        ExitCode.USAGE,
                        "xdp-filter is already loaded in %s policy mode. Unload before loading in %s mode."
                                .formatted(other, policy));
            }
            if (place.device().ifindex() == on.ifindex()) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "xdp-filter is already loaded on " + on.name() + ". Unload before.");
            }
        }
    }

    private ObjectRequest request() {
        ObjectRequest request;
        if (object == null) {
            request = ObjectRequest.of(OBJECT, SampleObjects.bytes(OBJECT));
        } else {
            try {
                request =
                        ObjectRequest.of(
                                String.valueOf(object.getFileName()), Files.readAllBytes(object));
            } catch (IOException e) {
                throw CommandException.input(
                        object
                                + ": "
                                + InputFiles.reasonAgainst(object)
                                + " (expected: an object file of xdp-filter)");
            }
        }
        return request.withPersistent(true);
    }

    /// The program with the policy and all the features, of ours or of an object of one program.
    private ProgramInfo program(ObjectInfo filter, Set<FilterFeature> wanted) {
        String name = policy.programPrefix() + FilterFeature.programFor(wanted);
        return filter.programs().stream()
                .filter(program -> program.name().equals(name))
                .findFirst()
                .or(() ->
                        filter.programs().stream()
                                .filter(p -> p.name().equals(policy.programPrefix() + "all"))
                                .findFirst())
                .orElseThrow(() ->
                        CommandException.input(
                                filter.name()
                                        + ": has no program "
                                        + name
                                        + " (expected: an object of xdp-filter)"));
    }
}
