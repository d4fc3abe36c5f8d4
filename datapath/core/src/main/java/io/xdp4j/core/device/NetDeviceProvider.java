package io.xdp4j.core.device;

import java.util.List;

/// Opens devices of one transport; found through `ServiceLoader`.
public interface NetDeviceProvider {
    /// The names of the transports it opens, such as `af_packet`.
    List<String> transports();

    /// Makes the device; a veth pair makes two. They are registered, and down.
    ///
    /// Fails: [DeviceException].
    List<NetDevice> open(Datapath datapath, DeviceSpec spec);
}
