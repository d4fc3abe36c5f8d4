package io.xdp4j.packet.pcap;

/// What a capture file holds.
///
/// @param frames whole records
/// @param bytes captured bytes in them
/// @param firstNanos timestamp of the first record, 0 without frames
/// @param spanNanos sum of all steps forward in time, from record to record
/// @param truncatedAt offset of a record that the end of the file cuts off, -1 without one
public record PcapSummary(
        long frames, long bytes, long firstNanos, long spanNanos, long truncatedAt) {}
