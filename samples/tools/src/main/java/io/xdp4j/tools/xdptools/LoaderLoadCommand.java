package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ObjectRequest;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.exit.InputFiles;
import io.xdp4j.tools.session.ControlCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j loader load`.
@Command(
        name = "load",
        description = "Load programs on a device, behind or before those that are there.",
        mixinStandardHelpOptions = true)
final class LoaderLoadCommand extends ControlCommand {
    @Parameters(index = "0", paramLabel = "IFNAME", description = "device: name or interface index")
    private String device = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "eBPF objects")
    private List<Path> files = List.of();

    @Mixin private ModeOption mode = new ModeOption();

    @Option(
            names = {"-s", "--section"},
            paramLabel = "SECTION",
            description = "the program of that section (default: the first of the file)")
    private @Nullable String section;

    @Option(
            names = {"-n", "--prog-name"},
            paramLabel = "NAME",
            description = "the program of that name")
    private @Nullable String program;

    @Option(
            names = {"-P", "--prio"},
            paramLabel = "N",
            description = "run priority, lower ones first (default: the object's, or 50)")
    private @Nullable Integer priority;

    @Option(
            names = {"-A", "--actions"},
            paramLabel = "ACTIONS",
            split = ",",
            description =
                    "verdicts after which the next program runs, such as XDP_PASS,XDP_DROP"
                            + " (default: the object's, or XDP_PASS)")
    private @Nullable List<String> actions;

    @Option(
            names = {"-p", "--pin-path"},
            paramLabel = "PATH",
            description = "there is no bpffs here: maps are found by name")
    private @Nullable Path pinPath;

    @Override
    protected List<String> devices() {
        return List.of(device);
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        check();
        DeviceInfo on = device(control, device);
        List<ObjectInfo> loaded = new ArrayList<>();
        try {
            for (Path file : files) {
                ObjectInfo object = control.load(request(file));
                loaded.add(object);
                ProgramInfo chosen = choose(object);
                control.attach(
                        AttachRequest.of(on.ifindex(), chosen.id())
                                .withMode(mode.mode())
                                .withPriority(
                                        priority == null ? chosen.priority() : priority,
                                        ChainActions.parse(
                                                actions == null
                                                        ? chosen.chainCallActions()
                                                        : actions))
                                .withPersistent(true));
                if (verbose()) {
                    System.err.println(
                            "loaded %s (id %d) of %s on %s"
                                    .formatted(chosen.name(), chosen.id(), file, on.name()));
                }
            }
        } catch (RuntimeException e) {
            loaded.forEach(object -> control.unload(object.id()));
            throw e;
        }
    }

    private void check() {
        if (pinPath != null) {
            throw new CommandException(
                    ExitCode.UNSUPPORTED,
                    "--pin-path: " + pinPath + ": there is no bpffs here (expected: without it)");
        }
        if (section != null && program != null) {
            throw CommandException.usage(
                    "Only one of --section or --prog-name may be set (expected: one of them)");
        }
        if (priority != null && priority < 1) {
            throw CommandException.usage("--prio: " + priority + " (expected: 1 or more)");
        }
        if (actions != null) {
            ChainActions.parse(actions);
        }
    }

    private static ObjectRequest request(Path file) {
        try {
            return ObjectRequest.of(String.valueOf(file.getFileName()), Files.readAllBytes(file))
                    .withPersistent(true);
        } catch (IOException e) {
            throw CommandException.input(
                    "Couldn't open file '"
                            + file
                            + "': "
                            + InputFiles.reasonAgainst(file)
                            + " (expected: an object file of clang -target bpf)");
        }
    }

    private ProgramInfo choose(ObjectInfo object) {
        return object.programs().stream()
                .filter(one -> program == null || one.name().equals(program))
                .filter(one -> section == null || one.section().equals(section))
                .findFirst()
                .orElseThrow(() ->
                        CommandException.input(
                                "Couldn't find xdp program in bpf object "
                                        + (section == null
                                                ? "with name " + program
                                                : "section " + section)
                                        + " (expected: one of "
                                        + String.join(
                                                ", ",
                                                object.programs().stream()
                                                        .map(
                                                                section == null
                                                                        ? ProgramInfo::name
                                                                        : ProgramInfo::section)
                                                        .distinct()
                                                        .toList())
                                        + ")"));
    }
}
