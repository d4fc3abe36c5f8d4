package io.xdp4j.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// An emulated NIC that receives the frames of a capture file, writes what it sends to one, or
/// both.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: none; the file is what tcpdump writes.
///
/// @param name the device's name
/// @param file capture to replay; null when the device only captures
/// @param queues receive queues, chosen by the hash of the flow (RSS)
/// @param timing when the frames arrive
/// @param loop how often the file is replayed; 0 never ends
/// @param capture file to which the frames sent by the device are written; null for none
/// @param at where it was written
public record PcapDeviceSpec(
        String name,
        @Nullable Path file,
        int queues,
        Timing timing,
        int loop,
        @Nullable Path capture,
        SourceLocation at)
        implements DeviceSpec {

    /// When the frames of the file arrive.
    public enum Timing {
        /// With the gaps between their time stamps.
        RECORDED,
        /// As fast as the queues take them.
        ASAP
    }
}
