/// The datapath: frames, rings, workers, devices, redirect maps, tracepoints, host channels.
module io.xdp4j.core {
    requires static org.jspecify;
    requires transitive jdk.jfr;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires transitive io.xdp4j.ebpf;
    requires io.xdp4j.linux;
    requires org.jctools.core.jdk11;
    requires org.slf4j;

    exports io.xdp4j.core.bpf;
    exports io.xdp4j.core.channel;
    exports io.xdp4j.core.device;
    exports io.xdp4j.core.frame;
    exports io.xdp4j.core.link;
    exports io.xdp4j.core.napi;
    exports io.xdp4j.core.offload;
    exports io.xdp4j.core.program;
    exports io.xdp4j.core.redirect;
    exports io.xdp4j.core.ring;
    exports io.xdp4j.core.trace;

    uses io.xdp4j.core.device.NetDeviceProvider;
}
