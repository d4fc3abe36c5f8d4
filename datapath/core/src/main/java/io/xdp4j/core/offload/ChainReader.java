package io.xdp4j.core.offload;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// Reads a packet's bytes in order over all its chunks.
final class ChainReader {
    private @Nullable XdpFrame part;
    private int at;

    ChainReader(XdpFrame head, int skip) {
        part = head;
        at = skip;
    }

    /// Copies the next `length` bytes, which the packet must have.
    void read(long destination, int length) {
        long to = destination;
        int left = length;
        while (left > 0 && part != null) {
            int here = Math.min(left, part.length() - at);
            RawMemory.copy(part.data() + at, to, here);
            to += here;
            left -= here;
            at += here;
            if (at == part.length()) {
                part = part.nextFrag();
                at = 0;
            }
        }
    }
}
