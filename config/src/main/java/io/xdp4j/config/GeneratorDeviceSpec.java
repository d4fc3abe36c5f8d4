package io.xdp4j.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An emulated NIC that receives frames made from a seed.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: pktgen (`rate`, `count`, `flows`, `pkt_size`).
///
/// @param name the device's name
/// @param queues receive queues, chosen by the hash of the flow (RSS)
/// @param mtu largest payload in bytes
/// @param mac the device's address
/// @param flows how many different flows
/// @param sizes frame lengths in bytes without the checksum, used in turn
/// @param rate frames a second over all queues; 0 is as fast as possible
/// @param count frames in all; 0 never ends
/// @param seed of the pseudo-random choices
/// @param protocols used in turn over the flows
/// @param ipVersion of the flows
/// @param srcMac source address of the frames
/// @param dstMac destination address of the frames
/// @param vlan tag of the frames; 0 is none
/// @param bidirectional whether each flow is also made in the reverse direction
/// @param capture file to which the frames sent by the device are written; null for none
/// @param at where it was written
public record GeneratorDeviceSpec(
        String name,
        int queues,
        int mtu,
        MacAddress mac,
        int flows,
        List<Integer> sizes,
        long rate,
        long count,
        long seed,
        List<Protocol> protocols,
        IpVersion ipVersion,
        MacAddress srcMac,
        MacAddress dstMac,
        int vlan,
        boolean bidirectional,
        @Nullable Path capture,
        SourceLocation at)
        implements DeviceSpec {

    /// Copies the lists.
    public GeneratorDeviceSpec {
        sizes = List.copyOf(sizes);
        protocols = List.copyOf(protocols);
    }

    /// What the IP header carries.
    public enum Protocol {
        /// UDP datagrams.
        UDP,
        /// TCP segments.
        TCP,
        /// Echo requests, of ICMPv6 over IPv6.
        ICMP
    }

    /// Which IP the flows use.
    public enum IpVersion {
        /// IPv4.
        V4,
        /// IPv6.
        V6,
        /// Both, in turn over the flows.
        BOTH
    }
}
