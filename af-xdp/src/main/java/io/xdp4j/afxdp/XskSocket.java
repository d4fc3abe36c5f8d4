package io.xdp4j.afxdp;

import io.xdp4j.linux.afxdp.XdpStatistics;

/// An AF_XDP socket, of the kernel or of a datapath's own devices.
///
/// The order that works: [#registerUmem], [#fillRing] and [#completionRing], [#rxRing] or
/// [#txRing] or both, [#bind]. A socket that shares another's UMEM leaves out the first; it leaves
/// out the second too when it binds to the same device and queue.
///
/// Thread: set-up one at a time; the rings as each says; [#wakeTx] and [#poll] any.
/// Owns: its rings, until closed. The UMEM must be closed after.
/// Fails: set-up throws [NativeException][io.xdp4j.linux.NativeException] with the kernel's errno,
/// on both faces the same.
/// Kernel: `struct xdp_sock`, net/xdp/xsk.c.
public interface XskSocket extends AutoCloseable {
    /// Makes the memory known. `XDP_UMEM_REG`.
    void registerUmem(Umem umem);

    /// Makes a ring and says nothing about where it is: `setsockopt` alone.
    ///
    /// @param option [AfXdp#XDP_RX_RING], ...
    void setRing(int option, int entries);

    /// Address of a ring's memory.
    ///
    /// @param offset [AfXdp#XDP_PGOFF_RX_RING], ...
    /// @param lengthBytes at most what the ring has
    long map(long offset, long lengthBytes);

    /// Makes the fill ring and maps it.
    FillRing fillRing(int entries);

    /// Makes the completion ring and maps it.
    CompletionRing completionRing(int entries);

    /// Makes the RX ring and maps it.
    RxRing rxRing(int entries);

    /// Makes the TX ring and maps it.
    TxRing txRing(int entries);

    /// Sets how many packets one [#wakeTx] sends in copy mode, 32 unless set. `XDP_MAX_TX_SKB_BUDGET`,
    /// which the kernel knows since 6.18.
    ///
    /// @param packets 32 up to the entries of the TX ring, which is made before
    void setMaxTxBudget(int packets);

    /// Binds to a queue with a UMEM of the socket's own.
    ///
    /// @param flags bits of `XDP_COPY`, `XDP_ZEROCOPY`, `XDP_USE_NEED_WAKEUP`, `XDP_USE_SG`
    void bind(int ifindex, int queue, int flags);

    /// Binds to a queue with the UMEM of another socket, `XDP_SHARED_UMEM`.
    ///
    /// @param flags further bits, which the kernel refuses
    void bindShared(int ifindex, int queue, XskSocket owner, int flags);

    /// Has the kernel look at the TX ring: 0, or `-errno`; `-EAGAIN` when it is not done with it.
    int wakeTx();

    /// Has the kernel look at the fill ring: 0 or `-errno`.
    int wakeRx();

    /// Waits for events `POLLIN`, `POLLOUT`: those that came, 0 at the timeout, or `-errno`. In copy
    /// mode this sends what is in the TX ring.
    int poll(int events, int timeoutMillis);

    /// The error that waits for the socket, positive, and forgets it: `ENETDOWN` once the device is
    /// gone. `SO_ERROR`.
    int takeError();

    /// The counters. `XDP_STATISTICS`, 48 bytes.
    XdpStatistics statistics();

    /// The counters in the form of 24 bytes.
    XdpStatistics shortStatistics();

    /// Whether the driver works on the UMEM itself. `XDP_OPTIONS`.
    boolean isZeroCopy();

    @Override
    void close();
}
