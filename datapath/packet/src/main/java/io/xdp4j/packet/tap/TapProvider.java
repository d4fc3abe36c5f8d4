package io.xdp4j.packet.tap;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.NetDeviceProvider;
import io.xdp4j.core.link.LinkMonitor;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.device.IfReq;
import io.xdp4j.linux.device.MacAddress;
import io.xdp4j.linux.device.Tap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Opens TAP interfaces: transport `tap`.
///
/// Options: `interface` (default: the device's name; made when it does not exist, and then gone with
/// the process), `queues` 1, `mtu`, `mac`, `up` true. MTU, MAC and state are those of the host's
/// interface.
public final class TapProvider implements NetDeviceProvider {
    private static final int FLAGS = Tap.IFF_TAP | Tap.IFF_NO_PI | Tap.IFF_VNET_HDR;
    private static final int OFFLOADS =
            Tap.TUN_F_CSUM | Tap.TUN_F_TSO4 | Tap.TUN_F_TSO6 | Tap.TUN_F_TSO_ECN;

    @Override
    public List<String> transports() {
        return List.of("tap");
    }

    @Override
    public List<NetDevice> open(Datapath datapath, DeviceSpec spec) {
        if (!LinuxPlatform.isSupported()) {
            throw new DeviceException(
                    DeviceException.Kind.UNSUPPORTED,
                    spec.name()
                            + ": tap needs Linux (expected: a pcap, generator or veth device on this"
                            + " platform)");
        }
        String interfaceName = spec.text("interface", spec.name());
        int queues = spec.integer("queues", 1);
        List<Tap> taps = new ArrayList<>();
        try {
            int flags = queues > 1 ? FLAGS | Tap.IFF_MULTI_QUEUE : FLAGS;
            for (int i = 0; i < queues; i++) {
                Tap tap = Tap.open(interfaceName, flags);
                taps.add(tap);
                tap.setOffload(OFFLOADS);
            }
            return List.of(device(datapath, spec, interfaceName, taps));
        } catch (NativeException e) {
            taps.forEach(Tap::close);
            boolean denied = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
            throw new DeviceException(
                    denied ? DeviceException.Kind.PERMISSION : DeviceException.Kind.RUNTIME,
                    spec.name() + ": " + e.getMessage(),
                    e);
        } catch (IllegalArgumentException | DeviceException e) {
            taps.forEach(Tap::close);
            throw e instanceof DeviceException known
                    ? known
                    : new DeviceException(
                            DeviceException.Kind.USAGE, spec.name() + ": " + e.getMessage(), e);
        }
    }

    private static NetDevice device(
            Datapath datapath, DeviceSpec spec, String interfaceName, List<Tap> taps) {
        try (IfReq interfaces = IfReq.open()) {
            @Nullable String mac = spec.textOrNull("mac");
            if (mac != null) {
                interfaces.setHardwareAddress(interfaceName, MacAddress.parse(mac));
            }
            int mtu = spec.integer("mtu", 0);
            if (mtu != 0) {
                interfaces.setMtu(interfaceName, mtu);
            }
            if (spec.flag("up", true)) {
                interfaces.setUp(interfaceName, true);
            }
            DeviceInit init =
                    new DeviceInit(
                            spec.name(),
                            interfaces.index(interfaceName),
                            Math.min(interfaces.mtu(interfaceName), 65535),
                            interfaces.hardwareAddress(interfaceName).value(),
                            taps.size());
            LinkMonitor monitor = datapath.shared(LinkMonitor.class, LinkMonitor::new);
            return new TapDevice(datapath, init, interfaceName, taps, monitor);
        }
    }
}
