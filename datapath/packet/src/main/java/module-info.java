/// Devices whose wire is a packet socket, a TAP interface, a generator or a capture file.
module io.xdp4j.packet {
    requires static org.jspecify;
    requires transitive io.xdp4j.core;
    requires org.slf4j;

    exports io.xdp4j.packet.pcap;

    provides io.xdp4j.core.device.NetDeviceProvider with
            io.xdp4j.packet.generator.GeneratorProvider,
            io.xdp4j.packet.pcap.PcapProvider;
}
