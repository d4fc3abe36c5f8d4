package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.UmemConfig;
import io.xdp4j.linux.afxdp.AfXdp;

/// How sockets are made.
///
/// @param queue of the device
/// @param sockets that share the queue and its UMEM
/// @param receives whether frames of the device come to the sockets
/// @param frameBytes of a chunk
/// @param unaligned whether chunks may start anywhere
/// @param bindFlags bits of `XDP_COPY`, `XDP_ZEROCOPY`, `XDP_USE_NEED_WAKEUP`, `XDP_USE_SG`
/// @param busyPoll have the driver's NAPI run in the loop's system calls
public record XskSetup(
        int queue,
        int sockets,
        boolean receives,
        int frameBytes,
        boolean unaligned,
        int bindFlags,
        boolean busyPoll) {

    UmemConfig umem() {
        UmemConfig config = UmemConfig.PAGES.withChunk(frameBytes);
        return unaligned ? config.unaligned() : config;
    }

    /// Whether frames may take several descriptors.
    public boolean frags() {
        return (bindFlags & AfXdp.XDP_USE_SG) != 0;
    }
}
