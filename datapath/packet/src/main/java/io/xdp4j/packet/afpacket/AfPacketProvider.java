package io.xdp4j.packet.afpacket;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.NetDeviceProvider;
import io.xdp4j.core.link.InterfaceDevice;
import io.xdp4j.core.link.LinkMonitor;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.linux.device.IfReq;
import java.util.List;

/// Opens real interfaces through AF_PACKET: transport `af_packet`, and what `auto` falls back to.
///
/// Options: `interface` (default: the device's name), `queues` 1, `promiscuous` true, `offloads`
/// auto|keep|off, `fanout` hash|lb|cpu|rollover|qm, `qdisc-bypass` true, `ring-block-size` 1048576,
/// `ring-blocks` 16, `ring-timeout-ms` 1.
public final class AfPacketProvider implements NetDeviceProvider {
    @Override
    public List<String> transports() {
        return List.of("af_packet");
    }

    @Override
    public int autoRank() {
        return 1;
    }

    @Override
    public List<NetDevice> open(Datapath datapath, DeviceSpec spec) {
        if (!LinuxPlatform.isSupported()) {
            throw new DeviceException(
                    DeviceException.Kind.UNSUPPORTED,
                    spec.name()
                            + ": af_packet needs Linux (expected: a pcap, generator or veth device"
                            + " on this platform)");
        }
        AfPacketSettings settings = AfPacketSettings.of(spec);
        try (IfReq interfaces = IfReq.open()) {
            String name = settings.interfaceName();
            int ifindex = interfaces.index(name);
            // Fails here, with the remedy, when the capability is missing.
            Fd.close(PacketSocket.open());
            DeviceInit init =
                    new DeviceInit(
                            spec.name(),
                            ifindex,
                            Math.min(interfaces.mtu(name), 65535),
                            interfaces.hardwareAddress(name).value(),
                            settings.queues());
            LinkMonitor monitor = datapath.shared(LinkMonitor.class, LinkMonitor::new);
            return List.of(new AfPacketDevice(datapath, init, settings, monitor));
        } catch (NativeException e) {
            throw InterfaceDevice.failure(spec, settings.interfaceName(), e);
        } catch (IllegalArgumentException e) {
            throw new DeviceException(
                    DeviceException.Kind.USAGE, spec.name() + ": " + e.getMessage(), e);
        }
    }
}
