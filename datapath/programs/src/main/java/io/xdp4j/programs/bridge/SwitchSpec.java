package io.xdp4j.programs.bridge;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a switch is: its ports, its table of addresses, limits and mirrors.
///
/// ```java
/// SwitchSpec spec = SwitchSpec.of("br0", SwitchPortSpec.plain("eth0"), SwitchPortSpec.plain("eth1"))
///         .withMacTable(131072, Duration.ofMinutes(5));
/// ```
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: [IllegalArgumentException] for ports that contradict each other.
/// Kernel: `ip link add NAME type bridge`.
///
/// @param name the switch's name
/// @param ports its ports, all of them plain or none
/// @param maxMacEntries most addresses that are remembered, static ones included
/// @param ageing after which an address that sent nothing is forgotten
/// @param stormLimit the limits of ports without their own
/// @param staticEntries addresses that are known from the start
/// @param mirrors copies of traffic to another device
public record SwitchSpec(
        String name,
        List<SwitchPortSpec> ports,
        int maxMacEntries,
        Duration ageing,
        StormLimit stormLimit,
        List<StaticEntry> staticEntries,
        List<MirrorSpec> mirrors) {
    /// Ports a switch may have.
    public static final int MAX_PORTS = 256;

    /// Addresses remembered unless said otherwise.
    public static final int DEFAULT_MAC_ENTRIES = 131072;

    /// The time an address is remembered unless said otherwise.
    public static final Duration DEFAULT_AGEING = Duration.ofMinutes(5);

    public SwitchSpec {
        ports = List.copyOf(ports);
        staticEntries = List.copyOf(staticEntries);
        mirrors = List.copyOf(mirrors);
        checkPorts(name, ports);
        checkStatic(name, !ports.getFirst().isPlain(), staticEntries);
        if (maxMacEntries < MacTable.MIN_ENTRIES || maxMacEntries > MacTable.MAX_ENTRIES) {
            throw wrong(
                    name + ": maxMacEntries",
                    maxMacEntries,
                    MacTable.MIN_ENTRIES + ".." + MacTable.MAX_ENTRIES);
        }
        if (ageing.compareTo(Duration.ofSeconds(1)) < 0
                || ageing.compareTo(Duration.ofDays(365)) > 0) {
            throw wrong(name + ": ageing", ageing, "1 s..365 d");
        }
        if (staticEntries.size() > maxMacEntries) {
            throw wrong(
                    name + ": staticEntries",
                    staticEntries.size(),
                    "at most maxMacEntries, " + maxMacEntries);
        }
    }

    /// A switch with defaults for everything but its ports.
    public static SwitchSpec of(String name, SwitchPortSpec... ports) {
        return of(name, List.of(ports));
    }

    /// A switch with defaults for everything but its ports.
    public static SwitchSpec of(String name, List<SwitchPortSpec> ports) {
        return new SwitchSpec(
                name,
                ports,
                DEFAULT_MAC_ENTRIES,
                DEFAULT_AGEING,
                StormLimit.UNLIMITED,
                List.of(),
                List.of());
    }

    public SwitchSpec withMacTable(int maxEntries, Duration ageingTime) {
        return new SwitchSpec(
                name, ports, maxEntries, ageingTime, stormLimit, staticEntries, mirrors);
    }

    public SwitchSpec withStormLimit(StormLimit limit) {
        return new SwitchSpec(name, ports, maxMacEntries, ageing, limit, staticEntries, mirrors);
    }

    public SwitchSpec withStaticEntries(StaticEntry... entries) {
        return new SwitchSpec(
                name, ports, maxMacEntries, ageing, stormLimit, List.of(entries), mirrors);
    }

    public SwitchSpec withMirrors(MirrorSpec... copies) {
        return new SwitchSpec(
                name, ports, maxMacEntries, ageing, stormLimit, staticEntries, List.of(copies));
    }

    /// Whether the switch looks at tags.
    public boolean vlanAware() {
        return !ports.getFirst().isPlain();
    }

    private static void checkPorts(String name, List<SwitchPortSpec> ports) {
        if (ports.isEmpty() || ports.size() > MAX_PORTS) {
            throw wrong(name + ": ports", ports.size(), "1.." + MAX_PORTS);
        }
        Set<String> devices = new HashSet<>();
        for (SwitchPortSpec port : ports) {
            if (!devices.add(port.device())) {
                throw wrong(name + ": port", port.device(), "each device once");
            }
            checkSameKind(name, ports.getFirst(), port);
        }
    }

    private static void checkStatic(
            String name, boolean vlanAware, List<StaticEntry> staticEntries) {
        for (StaticEntry entry : staticEntries) {
            checkStatic(name, vlanAware, entry);
        }
    }

    static void checkStatic(String name, boolean vlanAware, StaticEntry entry) {
        if (vlanAware == (entry.vlan() == 0)) {
            throw wrong(
                    name + ": static entry's vlan",
                    entry.vlan(),
                    vlanAware ? "1..4094" : "0, as no port has VLANs");
        }
    }

    static void checkSameKind(String name, SwitchPortSpec first, SwitchPortSpec port) {
        if (port.isPlain() != first.isPlain()) {
            throw wrong(
                    name + ": port " + port.device(),
                    port.vlan(),
                    "all ports plain, or all access or trunk, as " + first.device() + " is");
        }
    }

    private static IllegalArgumentException wrong(String what, Object value, String expected) {
        return new IllegalArgumentException(what + ": " + value + " (expected: " + expected + ")");
    }
}
