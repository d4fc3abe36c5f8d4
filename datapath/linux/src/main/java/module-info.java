/// System calls through the foreign function API; nothing else in the project touches `Linker`.
module io.xdp4j.linux {
    requires static org.jspecify;

    exports io.xdp4j.linux;
    exports io.xdp4j.linux.afpacket;
    exports io.xdp4j.linux.afxdp;
    exports io.xdp4j.linux.bpf;
    exports io.xdp4j.linux.device;
    exports io.xdp4j.linux.netlink;
}
