package io.xdp4j.config.assembly;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DeviceMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// What has been made so far, by name.
final class Parts {
    private final Datapath datapath;
    private final Map<String, CpuMap> cpuMaps = new LinkedHashMap<>();
    private final Map<String, DeviceMap> devMaps = new LinkedHashMap<>();

    Parts(Datapath datapath) {
        this.datapath = datapath;
    }

    Datapath datapath() {
        return datapath;
    }

    /// A device, which the loader knows to be configured.
    NetDevice device(String name) {
        return datapath.device(name).orElseThrow();
    }

    CpuMap cpuMap(String name) {
        return existing(cpuMaps, name);
    }

    DeviceMap devMap(String name) {
        return existing(devMaps, name);
    }

    private static <T> T existing(Map<String, T> parts, String name) {
        T part = parts.get(name);
        if (part == null) {
            throw new IllegalStateException(name + " is used before it is made");
        }
        return part;
    }

    Map<String, CpuMap> cpuMaps() {
        return cpuMaps;
    }

    Map<String, DeviceMap> devMaps() {
        return devMaps;
    }
}
