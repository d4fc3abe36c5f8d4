/// In-process veth pairs: what one end transmits, the other receives.
module io.xdp4j.veth {
    requires static org.jspecify;
    requires transitive io.xdp4j.core;

    exports io.xdp4j.veth;

    provides io.xdp4j.core.device.NetDeviceProvider with
            io.xdp4j.veth.VethProvider;
}
