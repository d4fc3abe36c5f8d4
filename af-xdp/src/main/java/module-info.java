/// AF_XDP: UMEM, rings, and sockets with two faces, the kernel's and the datapath's own.
module io.xdp4j.afxdp {
    requires static org.jspecify;
    requires transitive io.xdp4j.core;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires transitive io.xdp4j.linux;
    requires org.slf4j;

    exports io.xdp4j.afxdp;
    exports io.xdp4j.afxdp.doctor;
    exports io.xdp4j.afxdp.emulated;

    provides io.xdp4j.core.device.NetDeviceProvider with
            io.xdp4j.afxdp.device.AfXdpProvider;
}
