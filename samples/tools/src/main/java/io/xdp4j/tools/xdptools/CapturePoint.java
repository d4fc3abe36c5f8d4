package io.xdp4j.tools.xdptools;

/// Where xdpdump sees a packet.
enum CapturePoint {
    ENTRY,
    EXIT;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
