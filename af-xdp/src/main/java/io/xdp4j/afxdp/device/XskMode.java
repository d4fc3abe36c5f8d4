package io.xdp4j.afxdp.device;

import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.bpf.KernelXdpLink;

/// How the kernel serves AF_XDP on an interface, best first.
public enum XskMode {
    /// The driver receives into our memory.
    ZERO_COPY("native zero-copy", KernelXdpLink.XDP_FLAGS_DRV_MODE, AfXdp.XDP_ZEROCOPY),
    /// The driver runs our program, the kernel copies.
    NATIVE_COPY("native copy", KernelXdpLink.XDP_FLAGS_DRV_MODE, AfXdp.XDP_COPY),
    /// The stack runs our program on socket buffers, the kernel copies.
    GENERIC_COPY("generic copy", KernelXdpLink.XDP_FLAGS_SKB_MODE, AfXdp.XDP_COPY);

    private final String text;
    private final int attachFlags;
    private final int bindFlags;

    XskMode(String text, int attachFlags, int bindFlags) {
        this.text = text;
        this.attachFlags = attachFlags;
        this.bindFlags = bindFlags;
    }

    /// As people call it.
    public String text() {
        return text;
    }

    int attachFlags() {
        return attachFlags;
    }

    int bindFlags() {
        return bindFlags;
    }
}
