package io.xdp4j.tools.session;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DatapathHost;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.RemoteControl;
import io.xdp4j.control.RuntimeDirectory;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Datapaths of other processes.
final class RunningDatapaths {
    private RunningDatapaths() {}

    static boolean isNamed(DeviceInfo device, String nameOrIndex) {
        return device.name().equals(nameOrIndex)
                || String.valueOf(device.ifindex()).equals(nameOrIndex);
    }

    /// The one that the user named by its process or socket.
    static RemoteControl connect(String pidOrPath) {
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
    static Optional<RemoteControl> find(List<String> devices) {
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

    /// True when some datapath has the device.
    static boolean isAnywhere(String device) {
        boolean found = false;
        for (RemoteControl one : RuntimeDirectory.connectAll()) {
            try (one) {
                found |= hasAll(one, List.of(device));
            }
        }
        return found;
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

    /// The device with that name or interface index.
    static DeviceInfo device(DatapathControl control, String nameOrIndex) {
        List<DeviceInfo> devices = control.devices();
        return devices.stream()
                .filter(device -> isNamed(device, nameOrIndex))
                .findFirst()
                .orElseThrow(() ->
                        CommandException.usage(
                                nameOrIndex
                                        + ": no such device (expected: one of "
                                        + String.join(
                                                ", ",
                                                devices.stream().map(DeviceInfo::name).toList())
                                        + ")"));
    }
}
