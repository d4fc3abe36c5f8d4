package io.xdp4j.config;

import java.time.Duration;
import java.util.List;

/// A learning Ethernet switch over some of the devices.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: net/bridge, `ip link add NAME type bridge`.
///
/// @param name the switch's name
/// @param vlanFiltering whether it looks at VLAN tags: true when any port has a `vlan`
/// @param ports at least two
/// @param macTable size and ageing of the table of addresses
/// @param staticEntries addresses that are known from the start and do not age
/// @param mirrors copies of traffic to another port
/// @param at where it was written
public record SwitchSpec(
        String name,
        boolean vlanFiltering,
        List<SwitchPortSpec> ports,
        MacTable macTable,
        List<StaticEntry> staticEntries,
        List<Mirror> mirrors,
        SourceLocation at) {

    /// Copies the lists.
    public SwitchSpec {
        ports = List.copyOf(ports);
        staticEntries = List.copyOf(staticEntries);
        mirrors = List.copyOf(mirrors);
    }

    /// The table of learnt addresses.
    ///
    /// @param maxEntries most addresses that are remembered
    /// @param ageing after which an address that sent nothing is forgotten
    public record MacTable(int maxEntries, Duration ageing) {}

    /// An address that lives behind a known port (`bridge fdb add ... static`).
    ///
    /// @param mac a unicast address
    /// @param port device name of the port
    /// @param vlan the VLAN it counts for; 0 when the switch does not filter VLANs
    public record StaticEntry(MacAddress mac, String port, int vlan) {}

    /// A copy of what ports receive or send (`tc ... action mirred egress mirror`).
    ///
    /// @param from device names of the watched ports
    /// @param to device name of the port that gets the copies
    /// @param direction which frames are copied
    public record Mirror(List<String> from, String to, Direction direction) {

        /// Copies the list.
        public Mirror {
            from = List.copyOf(from);
        }
    }

    /// Which frames of a port are mirrored.
    public enum Direction {
        /// Those it receives.
        INGRESS,
        /// Those it sends.
        EGRESS,
        /// All.
        BOTH
    }
}
