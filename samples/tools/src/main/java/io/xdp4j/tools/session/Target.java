package io.xdp4j.tools.session;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DatapathHost;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.RemoteControl;
import io.xdp4j.control.RuntimeDirectory;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
            return new Running(connect(datapath));
        }
        Optional<RemoteControl> running = running(devices);
        if (running.isPresent()) {
            return new Running(running.get());
        }
        if (devices.isEmpty()) {
            throw new CommandException(
                    ExitCode.RUNTIME,
                    "no datapath is running (expected: one of ./xdp4j run, switch, demo or a tool;"
                            + " or --config FILE)");
        }
        return new Own(overInterfaces(options, devices));
    }

    static boolean isNamed(DeviceInfo device, String nameOrIndex) {
        return device.name().equals(nameOrIndex)
                || String.valueOf(device.ifindex()).equals(nameOrIndex);
    }

    // ---- running datapaths

    private static RemoteControl connect(String pidOrPath) {
        Path path =
                pidOrPath.matches("\\d{1,18}")
                        ? RuntimeDirectory.socketOf(Long.parseLong(pidOrPath))
                        : Path.of(pidOrPath);
        try {
            return RemoteControl.connect(path);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.RUNTIME,
                    "--datapath: "
                            + path
                            + ": nobody serves it (expected: pid or socket of a running datapath)",
                    e);
        }
    }

    /// The one that has all the devices; without devices the only one there is.
    private static Optional<RemoteControl> running(List<String> devices) {
        List<RemoteControl> fitting = new ArrayList<>();
        for (RemoteControl one : RuntimeDirectory.connectAll()) {
            if (hasAll(one, devices)) {
                fitting.add(one);
            } else {
                one.close();
            }
        }
        if (fitting.size() > 1) {
            List<Long> pids = fitting.stream().map(one -> one.info().pid()).toList();
            fitting.forEach(RemoteControl::close);
            throw CommandException.usage(
                    "several datapaths would do, those of processes "
                            + pids
                            + " (expected: --datapath PID)");
        }
        return fitting.stream().findFirst();
    }

    /// A host interface counts only where it is the same one: in our network namespace.
    private static boolean hasAll(RemoteControl datapath, List<String> devices) {
        boolean sameNamespace =
                datapath.info().networkNamespace().equals(DatapathHost.networkNamespace());
        List<DeviceInfo> there =
                datapath.devices().stream()
                        .filter(device -> sameNamespace || !device.isHostInterface())
                        .toList();
        return devices.stream()
                .allMatch(name -> there.stream().anyMatch(device -> isNamed(device, name)));
    }

    // ---- an own datapath

    private static DatapathConfig overInterfaces(TargetOptions options, List<String> devices) {
        List<LinkInfo> links = links();
        Integer given = options.workers;
        int workers = given == null ? Runtime.getRuntime().availableProcessors() : given;
        StringBuilder yaml =
                new StringBuilder("workers: ").append(Math.min(workers, 64)).append("\ndevices:\n");
        for (String device : devices.stream().distinct().toList()) {
            String name = interfaceName(links, device);
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

    private static String interfaceName(List<LinkInfo> links, String nameOrIndex) {
        for (LinkInfo link : links) {
            if (link.name().equals(nameOrIndex)
                    || String.valueOf(link.ifindex()).equals(nameOrIndex)) {
                return link.name();
            }
        }
        throw CommandException.usage(
                nameOrIndex
                        + ": no such device (expected: a device of a running datapath, or an"
                        + " interface of the host: see ./xdp4j devices)");
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
