package io.xdp4j.core.device;

import java.util.List;
import java.util.Optional;

/// Opens devices of one transport; found through `ServiceLoader`.
public interface NetDeviceProvider {
    /// The names of the transports it opens, such as `af_packet`.
    List<String> transports();

    /// Makes the device; a veth pair makes two, which close together. They are down, and the caller's to
    /// register.
    ///
    /// Fails: [DeviceException].
    List<NetDevice> open(Datapath datapath, DeviceSpec spec);

    /// The provider's place among those that transport `auto` tries, from high to low; 0 for none.
    default int autoRank() {
        return 0;
    }

    /// Why `auto` had better go on to the next provider, in one line with the remedy; empty to open
    /// the device here.
    default Optional<String> autoDeclines(DeviceSpec spec) {
        return Optional.empty();
    }
}
