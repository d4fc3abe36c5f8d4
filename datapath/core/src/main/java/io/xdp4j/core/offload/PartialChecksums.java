package io.xdp4j.core.offload;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// Finds frames whose TCP or UDP checksum the sender left to the device.
///
/// Between virtual interfaces such a frame travels with the sum of its pseudo header in the checksum
/// field, and XDP gets no word about it. A field with just that value is taken for such a frame. That
/// is never wrong: were the checksum of a whole frame equal to that sum by chance, finishing it would
/// give the same value again.
///
/// Only the outer headers are looked at: what is inside a tunnel stays as it is.
///
/// Thread: any.
/// Kernel: `CHECKSUM_PARTIAL`, `skb_partial_csum_set`.
@HotPath
public final class PartialChecksums {
    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;
    private static final int ETH_P_8021Q = 0x8100;
    private static final int ETH_P_8021AD = 0x88a8;

    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final int MORE_FRAGMENTS_OR_OFFSET = 0x3fff;

    private static final int IPPROTO_HOPOPTS = 0;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int IPPROTO_ROUTING = 43;
    private static final int IPPROTO_DSTOPTS = 60;
    private static final int MAX_EXTENSIONS = 4;

    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_CHECKSUM = 6;

    private PartialChecksums() {}

    /// Marks the frame if its checksum is to be finished.
    public static void mark(XdpFrame frame) {
        int at = 12;
        int tags = 0;
        int type = typeAt(frame, at);
        while ((type == ETH_P_8021Q || type == ETH_P_8021AD) && tags++ < 2) {
            at += 4;
            type = typeAt(frame, at);
        }
        if (type == ETH_P_IP) {
            markIpv4(frame, at + 2);
        } else if (type == ETH_P_IPV6) {
            markIpv6(frame, at + 2);
        }
    }

    private static int typeAt(XdpFrame frame, int at) {
        return at + 2 <= frame.length() ? RawMemory.u16be(frame.data() + at) : 0;
    }

    private static void markIpv4(XdpFrame frame, int network) {
        if (network + IPV4_BYTES > frame.length()) {
            return;
        }
        long header = frame.data() + network;
        int headerBytes = (RawMemory.u8(header) & 0xf) * 4;
        if ((RawMemory.u16be(header + 6) & MORE_FRAGMENTS_OR_OFFSET) != 0
                || headerBytes < IPV4_BYTES) {
            return;
        }
        int length = RawMemory.u16be(header + 2) - headerBytes;
        long sum = InternetChecksum.add(0, header + 12, 8);
        markTransport(frame, network + headerBytes, RawMemory.u8(header + 9), length, sum);
    }

    private static void markIpv6(XdpFrame frame, int network) {
        if (network + IPV6_BYTES > frame.length()) {
            return;
        }
        long header = frame.data() + network;
        int protocol = RawMemory.u8(header + 6);
        int length = RawMemory.u16be(header + 4);
        int transport = network + IPV6_BYTES;
        for (int i = 0; i < MAX_EXTENSIONS && isExtension(protocol); i++) {
            if (transport + 8 > frame.length()) {
                return;
            }
            protocol = RawMemory.u8(frame.data() + transport);
            int bytes = (RawMemory.u8(frame.data() + transport + 1) + 1) * 8;
            transport += bytes;
            length -= bytes;
        }
        markTransport(frame, transport, protocol, length, InternetChecksum.add(0, header + 8, 32));
    }

    private static boolean isExtension(int protocol) {
        return protocol == IPPROTO_HOPOPTS
                || protocol == IPPROTO_ROUTING
                || protocol == IPPROTO_DSTOPTS;
    }

    /// @param sum of the addresses
    private static void markTransport(
            XdpFrame frame, int transport, int protocol, int length, long sum) {
        int field;
        if (protocol == IPPROTO_TCP) {
            field = TCP_CHECKSUM;
        } else if (protocol == IPPROTO_UDP) {
            field = UDP_CHECKSUM;
        } else {
            return;
        }
        // Padding behind the packet is zero, and so adds nothing to a sum up to the frame's end.
        if (transport + field + 2 > frame.length() || transport + length > frame.totalLength()) {
            return;
        }
        // Protocol and length of the pseudo header, as memory order sees them.
        long pseudo = sum + ((long) protocol << 8) + (Short.reverseBytes((short) length) & 0xffff);
        int found = RawMemory.getShort(frame.data() + transport + field) & 0xffff;
        if (found == InternetChecksum.fold(pseudo)) {
            frame.setPartialChecksum(transport, field);
        }
    }
}
