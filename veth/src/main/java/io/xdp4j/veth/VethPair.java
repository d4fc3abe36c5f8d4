package io.xdp4j.veth;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import java.util.Map;

/// Two devices joined by a wire.
///
/// ```java
/// VethPair pair = VethPair.open(datapath, "veth0", "veth1");
/// pair.second().attach(xdp -> XDP_DROP);
/// pair.up();
/// ```
///
/// Thread: any but a worker's.
/// Kernel: `ip link add FIRST type veth peer name SECOND`.
///
/// @param first the named end
/// @param second its peer
public record VethPair(VethDevice first, VethDevice second) implements AutoCloseable {
    /// Makes a pair with one queue each way; both ends are down.
    ///
    /// Fails: [io.xdp4j.core.device.DeviceException] when a name is taken.
    public static VethPair open(Datapath datapath, String first, String second) {
        return open(datapath, new DeviceSpec(first, VethDevice.TRANSPORT, Map.of("peer", second)));
    }

    /// Makes the pair that a request describes; both ends are down.
    ///
    /// | option | of the named end | of its peer |
    /// |---|---|---|
    /// | name | | `peer` (first free `vethN`) |
    /// | queues 1..64 | `rx-queues`, `tx-queues`, `queues` for both (1) | `peer-rx-queues`, ... |
    /// | MTU 68..65535 | `mtu` (1500) | `peer-mtu` (as `mtu`) |
    /// | MAC address | `mac` | `peer-mac` |
    /// | NAPI without a program | `gro` (false) | `peer-gro` (false) |
    /// | rules: `strict`, `friendly` | `fidelity` (strict), see [VethFidelity] | the same |
    /// | frames that wait for room 0..16384 | `qdisc` (0), see [TxQdisc] | the same |
    /// | worker of rx queue 0 | `worker` | `peer-worker` |
    ///
    /// Queue i belongs to worker i where there are as many queues as workers; otherwise pairs start
    /// where the last device ended, with both ends on the same worker.
    ///
    /// Fails: [io.xdp4j.core.device.DeviceException]; then neither end is there.
    public static VethPair open(Datapath datapath, DeviceSpec spec) {
        VethPair pair = make(datapath, spec);
        datapath.register(pair.first);
        datapath.register(pair.second);
        return pair;
    }

    /// The same, but the datapath does not know them yet.
    static VethPair make(Datapath datapath, DeviceSpec spec) {
        VethOptions options = new VethOptions(datapath, spec);
        VethEnd one = options.first();
        VethEnd other = options.second(one);
        Object rtnl = new Object();
        VethDevice first = new VethDevice(datapath, one, rtnl);
        VethDevice second = new VethDevice(datapath, other, rtnl);
        VethDevice.connect(first, second);
        return new VethPair(first, second);
    }

    /// Brings both ends up.
    public VethPair up() {
        first.up();
        second.up();
        return this;
    }

    /// Removes both ends.
    @Override
    public void close() {
        first.close();
    }
}
