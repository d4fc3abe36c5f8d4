package io.xdp4j.linux.afpacket;

import io.xdp4j.linux.ControlMessage;
import io.xdp4j.linux.MsgBatch;
import io.xdp4j.linux.Sockets;
import io.xdp4j.linux.memory.RawMemory;

/// What the kernel tells of a received frame besides its bytes: status and the VLAN tag taken out.
///
/// The tag comes only to sockets bound to [AfPacket#ETH_P_ALL]. One bound to another protocol gets
/// the frame after the kernel has dropped a tag that no VLAN device wanted.
///
/// - Thread: any.
/// - Fails: [#find] returns 0 when there is none.
/// - Kernel: `struct tpacket_auxdata`, `PACKET_AUXDATA`.
public final class PacketAuxdata {
    public static final int SIZE = 20;

    /// Control bytes that each message of a batch needs for it.
    public static final int CONTROL_SPACE = 40;

    private static final int TP_STATUS = 0;
    private static final int TP_LEN = 4;
    private static final int TP_VLAN_TCI = 16;
    private static final int TP_VLAN_TPID = 18;
    private static final int ETH_P_8021Q = 0x8100;

    private PacketAuxdata() {}

    /// Raw address of the data that came with message `index`; 0 when there is none.
    public static long find(MsgBatch batch, int index) {
        return ControlMessage.find(
                batch.controlAddress(index),
                batch.controlLengthBytes(index),
                Sockets.SOL_PACKET,
                AfPacket.PACKET_AUXDATA,
                SIZE);
    }

    /// Bits of [TpStatus].
    public static int status(long auxdata) {
        return RawMemory.getInt(auxdata + TP_STATUS);
    }

    /// Bytes of the frame, without the tag taken out.
    public static int lengthBytes(long auxdata) {
        return RawMemory.getInt(auxdata + TP_LEN);
    }

    /// Whether a VLAN tag was taken out of the frame.
    public static boolean hasVlan(long auxdata) {
        return (status(auxdata) & TpStatus.TP_STATUS_VLAN_VALID) != 0;
    }

    /// The tag: priority, DEI and VLAN id; unsigned 16 bits.
    public static int vlanTci(long auxdata) {
        return RawMemory.getU16(auxdata + TP_VLAN_TCI);
    }

    /// EtherType of the tag in host order: 0x8100 or 0x88a8.
    public static int vlanTpid(long auxdata) {
        boolean valid = (status(auxdata) & TpStatus.TP_STATUS_VLAN_TPID_VALID) != 0;
        return valid ? RawMemory.getU16(auxdata + TP_VLAN_TPID) : ETH_P_8021Q;
    }
}
