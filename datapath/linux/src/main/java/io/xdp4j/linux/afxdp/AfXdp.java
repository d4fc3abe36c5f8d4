package io.xdp4j.linux.afxdp;

/// Constants of AF_XDP: options of `SOL_XDP`, flags, map offsets and limits.
///
/// - Kernel: `include/uapi/linux/if_xdp.h`.
public final class AfXdp {
    public static final int XDP_MMAP_OFFSETS = 1;
    public static final int XDP_RX_RING = 2;
    public static final int XDP_TX_RING = 3;
    public static final int XDP_UMEM_REG = 4;
    public static final int XDP_UMEM_FILL_RING = 5;
    public static final int XDP_UMEM_COMPLETION_RING = 6;
    public static final int XDP_STATISTICS = 7;
    public static final int XDP_OPTIONS = 8;

    /// Descriptors one `sendto` sends in copy mode, Linux 6.18.
    public static final int XDP_MAX_TX_SKB_BUDGET = 9;

    // Flags of bind().

    /// The UMEM is that of another socket.
    public static final int XDP_SHARED_UMEM = 1;

    public static final int XDP_COPY = 1 << 1;
    public static final int XDP_ZEROCOPY = 1 << 2;
    public static final int XDP_USE_NEED_WAKEUP = 1 << 3;

    /// Packets of several descriptors, Linux 6.6.
    public static final int XDP_USE_SG = 1 << 4;

    // Flags of a UMEM.

    /// Chunks start anywhere; addresses carry the offset of the data in their upper 16 bits.
    public static final int XDP_UMEM_UNALIGNED_CHUNK_FLAG = 1;

    /// Checksums asked for by TX metadata are computed in software, Linux 6.8.
    public static final int XDP_UMEM_TX_SW_CSUM = 1 << 1;

    /// `tx_metadata_len` is given, Linux 6.11; 6.8 to 6.10 took it without the flag.
    public static final int XDP_UMEM_TX_METADATA_LEN = 1 << 2;

    /// Bit of the option `XDP_OPTIONS`: the socket is bound in zero-copy mode.
    public static final int XDP_OPTIONS_ZEROCOPY = 1;

    /// Bit of a ring's flags: the kernel waits for a system call.
    public static final int XDP_RING_NEED_WAKEUP = 1;

    // Offsets for mmap().

    public static final long XDP_PGOFF_RX_RING = 0;
    public static final long XDP_PGOFF_TX_RING = 0x8000_0000L;
    public static final long XDP_UMEM_PGOFF_FILL_RING = 0x1_0000_0000L;
    public static final long XDP_UMEM_PGOFF_COMPLETION_RING = 0x1_8000_0000L;

    // Bits of a descriptor's options.

    /// More descriptors of this packet follow.
    public static final int XDP_PKT_CONTD = 1;

    /// A block of [XskTxMetadata] stands before the data.
    public static final int XDP_TX_METADATA = 1 << 1;

    /// Position of the offset in the address of an unaligned chunk.
    public static final int XSK_UNALIGNED_BUF_OFFSET_SHIFT = 48;

    public static final long XSK_UNALIGNED_BUF_ADDR_MASK =
            (1L << XSK_UNALIGNED_BUF_OFFSET_SHIFT) - 1;

    /// Bytes the kernel leaves free before the headroom of a received frame.
    public static final int XDP_PACKET_HEADROOM = 256;

    private AfXdp() {}
}
