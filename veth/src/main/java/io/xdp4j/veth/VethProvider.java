package io.xdp4j.veth;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.NetDeviceProvider;
import java.util.List;

/// Opens transport `veth`; see [VethPair#open(Datapath, DeviceSpec)] for the options.
///
/// Thread: any but a worker's.
public final class VethProvider implements NetDeviceProvider {
    /// For `ServiceLoader`.
    public VethProvider() {}

    @Override
    public List<String> transports() {
        return List.of(VethDevice.TRANSPORT);
    }

    /// Both ends, the named one first.
    @Override
    public List<NetDevice> open(Datapath datapath, DeviceSpec spec) {
        VethPair pair = VethPair.make(datapath, spec);
        return List.of(pair.first(), pair.second());
    }
}
