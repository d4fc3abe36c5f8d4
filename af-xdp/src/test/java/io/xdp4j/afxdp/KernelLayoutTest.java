package io.xdp4j.afxdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.linux.Fd;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.afxdp.MmapOffsets;
import io.xdp4j.linux.afxdp.RingOffsets;
import io.xdp4j.linux.afxdp.XdpSocket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The layout that the emulated rings have is what the live kernel says its own have.
class KernelLayoutTest {
    @Test
    void ringsAreLaidOutAsTheKernelSays() {
        Assumptions.assumeTrue(LinuxPlatform.isSupported(), "needs Linux");
        int fd = openOrSkip();
        try {
            RingOffsets ours = RingOffsets.LINES_OF_64;
            assertThat(XdpSocket.mmapOffsets(fd))
                    .isEqualTo(new MmapOffsets(ours, ours, ours, ours));
        } finally {
            Fd.close(fd);
        }
    }

    private static int openOrSkip() {
        try {
            return XdpSocket.open();
        } catch (NativeException e) {
            return Assumptions.abort("needs AF_XDP and CAP_NET_RAW: " + e.getMessage());
        }
    }
}
