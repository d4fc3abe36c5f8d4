package io.xdp4j.linux.afpacket;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/// Numbers from a C program that prints `offsetof` over the headers of Linux 6.1, x86-64.
class LayoutTest {
    @Test
    void blockDescriptor() {
        assertThat(TpacketBlock.SIZE).isEqualTo(48);
        assertThat(TpacketBlock.VERSION).isEqualTo(0);
        assertThat(TpacketBlock.OFFSET_TO_PRIV).isEqualTo(4);
        assertThat(TpacketBlock.BLOCK_STATUS).isEqualTo(8);
        assertThat(TpacketBlock.NUM_PKTS).isEqualTo(12);
        assertThat(TpacketBlock.OFFSET_TO_FIRST_PKT).isEqualTo(16);
        assertThat(TpacketBlock.BLK_LEN).isEqualTo(20);
        assertThat(TpacketBlock.SEQ_NUM).isEqualTo(24);
        assertThat(TpacketBlock.TS_FIRST_PKT).isEqualTo(32);
        assertThat(TpacketBlock.TS_LAST_PKT).isEqualTo(40);
    }

    @Test
    void frameHeader() {
        assertThat(Tpacket3Hdr.SIZE).isEqualTo(48);
        assertThat(Tpacket3Hdr.TX_DATA).isEqualTo(68 - SockaddrLl.SIZE);
        assertThat(Tpacket3Hdr.TP_NEXT_OFFSET).isEqualTo(0);
        assertThat(Tpacket3Hdr.TP_SEC).isEqualTo(4);
        assertThat(Tpacket3Hdr.TP_NSEC).isEqualTo(8);
        assertThat(Tpacket3Hdr.TP_SNAPLEN).isEqualTo(12);
        assertThat(Tpacket3Hdr.TP_LEN).isEqualTo(16);
        assertThat(Tpacket3Hdr.TP_STATUS).isEqualTo(20);
        assertThat(Tpacket3Hdr.TP_MAC).isEqualTo(24);
        assertThat(Tpacket3Hdr.TP_NET).isEqualTo(26);
        assertThat(Tpacket3Hdr.TP_RXHASH).isEqualTo(28);
        assertThat(Tpacket3Hdr.TP_VLAN_TCI).isEqualTo(32);
        assertThat(Tpacket3Hdr.TP_VLAN_TPID).isEqualTo(36);
    }

    @Test
    void statusBits() {
        assertThat(TpStatus.TP_STATUS_USER).isEqualTo(1);
        assertThat(TpStatus.TP_STATUS_COPY).isEqualTo(2);
        assertThat(TpStatus.TP_STATUS_LOSING).isEqualTo(4);
        assertThat(TpStatus.TP_STATUS_CSUMNOTREADY).isEqualTo(8);
        assertThat(TpStatus.TP_STATUS_VLAN_VALID).isEqualTo(16);
        assertThat(TpStatus.TP_STATUS_BLK_TMO).isEqualTo(32);
        assertThat(TpStatus.TP_STATUS_VLAN_TPID_VALID).isEqualTo(64);
        assertThat(TpStatus.TP_STATUS_CSUM_VALID).isEqualTo(128);
        assertThat(TpStatus.TP_STATUS_TS_SOFTWARE).isEqualTo(0x2000_0000);
        assertThat(TpStatus.TP_STATUS_TS_RAW_HARDWARE).isEqualTo(0x8000_0000);
    }

    @Test
    void offloadHeader() {
        assertThat(VirtioNetHdr.SIZE).isEqualTo(10);
        assertThat(VirtioNetHdr.GSO_TYPE).isEqualTo(1);
        assertThat(VirtioNetHdr.HDR_LEN).isEqualTo(2);
        assertThat(VirtioNetHdr.GSO_SIZE).isEqualTo(4);
        assertThat(VirtioNetHdr.CSUM_START).isEqualTo(6);
        assertThat(VirtioNetHdr.CSUM_OFFSET).isEqualTo(8);
    }

    @Test
    void ringRequest() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = new TpacketReq3(1 << 20, 8, 2048, 60, 16, 1).write(arena);
            assertThat(request.byteSize()).isEqualTo(TpacketReq3.SIZE).isEqualTo(28);
            assertThat(request.toArray(ValueLayout.JAVA_INT))
                    .containsExactly(1 << 20, 8, 2048, 4096, 60, 16, 1);
        }
    }

    @Test
    void address() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = SockaddrLl.of(arena, 0x88b5, 7);
            byte[] bytes = new byte[20];
            bytes[0] = 17;
            bytes[2] = (byte) 0x88;
            bytes[3] = (byte) 0xb5;
            bytes[4] = 7;
            assertThat(address.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
            assertThat(SockaddrLl.protocol(address.address())).isEqualTo(0x88b5);
            assertThat(SockaddrLl.ifindex(address.address())).isEqualTo(7);
        }
    }
}
