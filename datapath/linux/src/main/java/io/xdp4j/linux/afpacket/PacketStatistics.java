package io.xdp4j.linux.afpacket;

/// Frames that a packet socket saw since it was last asked; reading sets the kernel's counts to 0.
///
/// - Kernel: `struct tpacket_stats_v3`, `PACKET_STATISTICS`.
///
/// @param packets frames offered to the socket, the dropped ones included
/// @param drops frames lost because the ring or socket buffer was full
/// @param freezes times the ring was full and stood still; only with `TPACKET_V3`
public record PacketStatistics(long packets, long drops, long freezes) {}
