package io.xdp4j.tools.xdptools;

/// How a benchmark's program reads and writes a packet.
enum LoadMode {
    /// Through packet pointers.
    DPA("dpa"),
    /// Through `bpf_xdp_load_bytes` and `bpf_xdp_store_bytes`.
    LOAD_BYTES("load-bytes");

    private final String word;

    LoadMode(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
