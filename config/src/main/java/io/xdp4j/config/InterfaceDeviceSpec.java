package io.xdp4j.config;

import java.time.Duration;

/// A device over a network interface that the kernel already has.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `packet(7)`, `PACKET_FANOUT`, `TPACKET_V3`.
///
/// @param name the device's name
/// @param transport how frames reach the interface
/// @param interfaceName the kernel's name of the interface
/// @param queues receive queues, each one socket of the fanout group
/// @param promiscuous whether frames for other addresses are received too
/// @param offloads what becomes of the interface's checksum and segmentation offloads
/// @param fanout how the kernel spreads frames over the queues
/// @param ring the memory the kernel writes received frames to
/// @param qdiscBypass whether frames are sent without the interface's traffic control
/// @param xdp how AF_XDP serves the interface
/// @param at where it was written
public record InterfaceDeviceSpec(
        String name,
        Transport transport,
        String interfaceName,
        int queues,
        boolean promiscuous,
        Offloads offloads,
        Fanout fanout,
        Ring ring,
        boolean qdiscBypass,
        Xdp xdp,
        SourceLocation at)
        implements DeviceSpec {

    /// How frames reach the interface.
    public enum Transport {
        /// The best that build, host and interface offer.
        AUTO,
        /// Packet sockets with a mapped receive ring.
        AF_PACKET,
        /// AF_XDP sockets.
        AF_XDP
    }

    /// What becomes of the interface's offloads while the device is open.
    public enum Offloads {
        /// Off where a program is attached, kept where the device is a switch port.
        AUTO,
        /// Left as they are: frames may be segments of up to 64 KiB with partial checksums.
        KEEP,
        /// Turned off at open and restored at close: frames are within the MTU.
        OFF
    }

    /// How the kernel spreads frames over the queues (`PACKET_FANOUT_*`).
    public enum Fanout {
        /// By the hash of the flow.
        HASH,
        /// In turn.
        LB,
        /// By the CPU on which the frame arrived.
        CPU,
        /// To the next queue when one is full.
        ROLLOVER,
        /// By the interface's own receive queue.
        QM
    }

    /// The receive ring of one queue.
    ///
    /// @param blockSizeBytes bytes of one block, a power of two
    /// @param blocks how many blocks
    /// @param timeout after which a block that is not full is handed over; whole milliseconds
    public record Ring(int blockSizeBytes, int blocks, Duration timeout) {}

    /// AF_XDP on the interface.
    ///
    /// @param mode which ways to try
    /// @param ringSize entries of each of a queue's rings, a power of two
    /// @param busyPoll whether the kernel's NAPI runs in our system calls only
    /// @param checksums whether checksums of received frames may be unfinished
    public record Xdp(Mode mode, int ringSize, boolean busyPoll, Checksums checksums) {
        /// Which ways to try, in this order.
        public enum Mode {
            /// Zero-copy, native copy, generic copy.
            AUTO,
            /// Zero-copy only.
            ZEROCOPY,
            /// Zero-copy, native copy.
            NATIVE,
            /// Native copy, generic copy.
            COPY,
            /// Generic copy only.
            GENERIC
        }

        /// Whether checksums of received frames may be unfinished.
        public enum Checksums {
            /// On virtual interfaces only.
            AUTO,
            /// Never.
            TRUST,
            /// Always.
            COMPLETE
        }
    }
}
