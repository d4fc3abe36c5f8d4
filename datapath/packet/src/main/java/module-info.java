/// Devices: AF_PACKET sockets and TAP on Linux; pcap files and a packet generator anywhere.
module io.xdp4j.packet {
    requires static org.jspecify;
    requires transitive io.xdp4j.core;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires io.xdp4j.linux;
    requires org.slf4j;

    exports io.xdp4j.packet.pcap;

    provides io.xdp4j.core.device.NetDeviceProvider with
            io.xdp4j.packet.afpacket.AfPacketProvider,
            io.xdp4j.packet.generator.GeneratorProvider,
            io.xdp4j.packet.pcap.PcapProvider,
            io.xdp4j.packet.tap.TapProvider;
}
