package io.xdp4j.tools.session;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.RemoteControl;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The datapath that a tool is to work with.
sealed interface Target {
    /// One that runs in another process.
    record Running(DatapathControl control) implements Target {}

    /// One that the tool has to make.
    record Own(DatapathConfig config) implements Target {}

    /// Fails: [CommandException] when there is no such datapath or device.
    static Target find(TargetOptions options, List<String> devices) {
        Path config = options.config;
        if (config != null) {
            return new Own(DatapathConfig.load(config));
        }
        String datapath = options.datapath;
        if (datapath != null) {
            return new Running(RunningDatapaths.connect(datapath));
        }
        Optional<RemoteControl> running = RunningDatapaths.find(devices);
        if (running.isPresent()) {
            return new Running(running.get());
        }
        if (devices.isEmpty()) {
            throw new CommandException(
                    ExitCode.RUNTIME,
                    "no datapath is running (expected: one of ./xdp4j run, switch, demo or a tool;"
                            + " or --config FILE)");
        }
        List<LinkInfo> links = links();
        for (String device : devices) {
            if (interfaceName(links, device).isEmpty() && !RunningDatapaths.isAnywhere(device)) {
                throw CommandException.usage(
                        device
                                + ": no such device (expected: devices of one running datapath, or"
                                + " interfaces of the host: see ./xdp4j devices)");
            }
        }
        return new Own(overInterfaces(options, devices));
    }

    // ---- an own datapath

    /// Fails: [CommandException] when the user named a running one.
    static Own own(TargetOptions options, List<String> devices) {
        if (options.datapath != null) {
            throw CommandException.usage(
                    "--datapath: "
                            + options.datapath
                            + " (expected: an interface or --config; this tool adds devices, which"
                            + " only a datapath of its own can take)");
        }
        Path config = options.config;
        return new Own(
                config == null ? overInterfaces(options, devices) : DatapathConfig.load(config));
    }

    private static DatapathConfig overInterfaces(TargetOptions options, List<String> devices) {
        List<LinkInfo> links = links();
        Integer given = options.workers;
        int workers = given == null ? Runtime.getRuntime().availableProcessors() : given;
        StringBuilder yaml =
                new StringBuilder("workers: ").append(Math.min(workers, 64)).append("\ndevices:\n");
        for (String device : devices.stream().distinct().toList()) {
            String name =
                    interfaceName(links, device)
                            .orElseThrow(() ->
                                    CommandException.usage(
                                            device
                                                    + ": no interface of the host, over which a datapath for "
                                                    + String.join(", ", devices)
                                                    + " could be made (expected: one; see ./xdp4j devices)"));
            yaml.append("  - {name: ")
                    .append(quoted(name))
                    .append(", transport: ")
                    .append(options.transport)
                    .append(", interface: ")
                    .append(quoted(name))
                    .append(", queues: ")
                    .append(options.queues)
                    .append("}\n");
        }
        yaml.append("network: {follow: host}\n"); // programs come later, and may look routes up
        return DatapathConfig.parse(yaml.toString(), "<command line>");
    }

    private static List<LinkInfo> links() {
        if (!LinuxPlatform.isSupported()) {
            return List.of();
        }
        try (RtNetlink netlink = RtNetlink.open()) {
            return netlink.links();
        }
    }

    private static Optional<String> interfaceName(List<LinkInfo> links, String nameOrIndex) {
        return links.stream()
                .filter(link ->
                        link.name().equals(nameOrIndex)
                                || String.valueOf(link.ifindex()).equals(nameOrIndex))
                .map(LinkInfo::name)
                .findFirst();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
