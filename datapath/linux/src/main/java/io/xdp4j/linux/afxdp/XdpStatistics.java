package io.xdp4j.linux.afxdp;

/// Counters of an AF_XDP socket.
///
/// The short form of 24 bytes has the first three only, and in `rxDropped` what the long one has
/// apart in `rxRingFull`.
///
/// - Kernel: `struct xdp_statistics`.
///
/// @param rxDropped frames lost for other reasons: too long, or no fill entry
/// @param rxInvalidDescs fill entries that point outside of the UMEM
/// @param txInvalidDescs TX descriptors that were refused
/// @param rxRingFull frames lost because the RX ring was full
/// @param rxFillRingEmptyDescs times the fill ring was empty when a frame came
/// @param txRingEmptyDescs times the TX ring was empty when the kernel looked
public record XdpStatistics(
        long rxDropped,
        long rxInvalidDescs,
        long txInvalidDescs,
        long rxRingFull,
        long rxFillRingEmptyDescs,
        long txRingEmptyDescs) {
    public static final int SHORT_SIZE = 24;
    public static final int SIZE = 48;

    /// All zero.
    public static final XdpStatistics NONE = new XdpStatistics(0, 0, 0, 0, 0, 0);

    /// The form of 24 bytes.
    public XdpStatistics shortForm() {
        return new XdpStatistics(rxDropped + rxRingFull, rxInvalidDescs, txInvalidDescs, 0, 0, 0);
    }

    /// The sums of both.
    public XdpStatistics plus(XdpStatistics other) {
        return new XdpStatistics(
                rxDropped + other.rxDropped,
                rxInvalidDescs + other.rxInvalidDescs,
                txInvalidDescs + other.txInvalidDescs,
                rxRingFull + other.rxRingFull,
                rxFillRingEmptyDescs + other.rxFillRingEmptyDescs,
                txRingEmptyDescs + other.txRingEmptyDescs);
    }
}
