package io.xdp4j.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the document has defined so far, and which device is taken by what.
final class Names {
    final NameTable devices = new NameTable("device");
    final NameTable programs = new NameTable("program");
    final NameTable cpumaps = new NameTable("cpumap");
    final NameTable switches = new NameTable("switch");
    final NameTable devmaps = new NameTable("devmap");
    final Map<String, List<Integer>> devmapKeys = new HashMap<>();
    final Map<String, String> programTypes = new HashMap<>();
    final int workers;

    private final Map<String, SourceLocation> interfaces = new HashMap<>();
    private final Map<String, String> uses = new HashMap<>();

    Names(int workers) {
        this.workers = workers;
    }

    /// Takes an interface of the kernel for a device.
    String claimInterface(ConfigNode node, String name) {
        SourceLocation first = interfaces.putIfAbsent(name, node.at());
        if (first != null) {
            throw node.at()
                    .unexpected(
                            name + ": already used in line " + first.line(),
                            "an interface of its own");
        }
        return name;
    }

    /// Takes the device that a reference mentions.
    ///
    /// @param use what for, as `program 'drop'`
    String claimDevice(ConfigNode reference, String use) {
        String device = devices.resolve(reference);
        String first = uses.putIfAbsent(device, use);
        if (first != null) {
            String found =
                    first.equals(use)
                            ? device + ": named twice for " + use
                            : device + ": taken by " + first + ", cannot carry " + use + " too";
            throw reference.at().unexpected(found, "one program or switch for each device");
        }
        return device;
    }
}
