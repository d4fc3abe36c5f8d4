package io.xdp4j.tools.classic;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The program that runs on the CPU that packets were sent to.
final class SecondProgramOptions {
    @Option(
            names = {"-e", "--mprog-name"},
            paramLabel = "NAME",
            description =
                    "program to run on the target CPU: pass, drop, or one of --mprog-filename")
    private @Nullable String name;

    @Option(
            names = {"-f", "--mprog-filename"},
            paramLabel = "FILE",
            description = "object that has the program")
    private @Nullable Path file;

    @Option(
            names = {"-r", "--redirect-device"},
            paramLabel = "DEV",
            description = "device that the target CPU sends the packets to")
    private @Nullable String device;

    @Option(
            names = {"-m", "--redirect-map"},
            paramLabel = "MAP",
            description = "devmap in --mprog-filename whose entry 0 gets --redirect-device")
    private @Nullable String map;

    Optional<String> device() {
        return Optional.ofNullable(device);
    }

    /// Id of the program, 0 for none; its devmap is filled.
    int load(ToolSession session, SampleObject own) {
        if (file != null) {
            return ofFile(session, file).id();
        }
        if (name != null) {
            return builtIn(own, name).id();
        }
        if (map != null) {
            throw CommandException.usage(
                    "--redirect-map: " + map + " (expected: with -f FILE, -e NAME and -r DEV)");
        }
        return device == null ? 0 : toDevice(session, own, device).id();
    }

    private ProgramInfo ofFile(ToolSession session, Path object) {
        String program = name;
        if (program == null) {
            throw CommandException.usage(
                    "--mprog-filename: " + object + " (expected: with --mprog-name)");
        }
        if ((device == null) != (map == null)) {
            throw CommandException.usage(
                    (device == null ? "--redirect-map" : "--redirect-device")
                            + ": alone (expected: --redirect-device and --redirect-map together)");
        }
        SampleObject loaded = session.loadFile(object, request -> request);
        if (device != null && map != null) {
            loaded.put(loaded.map(map), 0, session.device(device).ifindex());
        }
        return loaded.program(program);
    }

    private ProgramInfo builtIn(SampleObject own, String program) {
        if (device != null || map != null) {
            throw CommandException.usage(
                    "--mprog-name: "
                            + program
                            + ": with a device or map (expected: --mprog-filename too)");
        }
        return switch (program) {
            case "pass" -> own.program("cpumap_pass", "xdp_redirect_cpu_pass");
            case "drop" -> own.program("cpumap_drop", "xdp_redirect_cpu_drop");
            default ->
                    throw CommandException.usage(
                            "--mprog-name: "
                                    + program
                                    + " (expected: pass or drop, or a program of"
                                    + " --mprog-filename)");
        };
    }

    private static ProgramInfo toDevice(ToolSession session, SampleObject own, String name) {
        DeviceInfo target = session.device(name);
        ProgramInfo egress = own.program("redirect_egress_prog", "xdp_redirect_egress_prog");
        MapInfo port = own.map("tx_port");
        own.put(port, 0, target.ifindex(), egress.id());
        return own.program("cpumap_redirect", "xdp_redirect_cpu_devmap");
    }
}
