package io.xdp4j.packet.vnet;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afpacket.VirtioNetHdr;

/// Moves offload metadata between a frame and the `virtio_net_hdr` before its bytes.
///
/// Kernel: `virtio_net_hdr_from_skb`, `virtio_net_hdr_to_skb`.
@HotPath
public final class VnetHeader {
    /// Bytes of the header.
    public static final int BYTES = VirtioNetHdr.SIZE;

    private VnetHeader() {}

    /// Takes over what the header at `address` says about the frame, whose bytes begin `shift`
    /// bytes earlier than the header's offsets assume (4 when a VLAN tag was put back).
    ///
    /// False when the header contradicts the frame, which then carries no offloads.
    public static boolean read(long address, XdpFrame frame, int shift) {
        int flags = RawMemory.u8(address + VirtioNetHdr.FLAGS);
        int gsoType = RawMemory.u8(address + VirtioNetHdr.GSO_TYPE);
        if ((flags & VirtioNetHdr.F_NEEDS_CSUM) != 0) {
            int start = u16(address + VirtioNetHdr.CSUM_START) + shift;
            int offset = u16(address + VirtioNetHdr.CSUM_OFFSET);
            if (start + offset + 2 > frame.length()) {
                return false;
            }
            frame.setPartialChecksum(start, offset);
        }
        if (gsoType != VirtioNetHdr.GSO_NONE) {
            int size = u16(address + VirtioNetHdr.GSO_SIZE);
            int headers = u16(address + VirtioNetHdr.HDR_LEN) + shift;
            if (size == 0) {
                frame.clearOffload();
                return false;
            }
            frame.setGso(gsoType, size, Math.min(headers, frame.length()));
        }
        return true;
    }

    /// Writes the frame's header into the headroom right before its data and returns its address.
    /// Metadata there is overwritten: the frame is leaving.
    public static long write(XdpFrame frame) {
        long address = frame.data() - BYTES;
        RawMemory.putLong(address, 0);
        RawMemory.putShort(address + 8, 0);
        if (frame.hasOffload()) {
            writeOffload(frame, address);
        }
        return address;
    }

    private static void writeOffload(XdpFrame frame, long address) {
        if (frame.needsChecksum()) {
            RawMemory.putByte(address + VirtioNetHdr.FLAGS, VirtioNetHdr.F_NEEDS_CSUM);
            RawMemory.putShort(address + VirtioNetHdr.CSUM_START, frame.checksumStart());
            RawMemory.putShort(address + VirtioNetHdr.CSUM_OFFSET, frame.checksumOffset());
        }
        if (frame.isGso()) {
            RawMemory.putByte(address + VirtioNetHdr.GSO_TYPE, frame.gsoType());
            RawMemory.putShort(address + VirtioNetHdr.GSO_SIZE, frame.gsoSize());
            RawMemory.putShort(address + VirtioNetHdr.HDR_LEN, frame.headerLength());
        }
    }

    private static int u16(long address) {
        return RawMemory.getShort(address) & 0xffff;
    }
}
