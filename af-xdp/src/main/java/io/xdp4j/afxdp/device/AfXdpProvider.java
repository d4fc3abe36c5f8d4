package io.xdp4j.afxdp.device;

import io.xdp4j.afxdp.doctor.Doctor;
import io.xdp4j.afxdp.doctor.Way;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.NetDeviceProvider;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.link.InterfaceDevice;
import io.xdp4j.core.link.LinkMonitor;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.afxdp.XdpSocket;
import io.xdp4j.linux.device.Ethtool;
import io.xdp4j.linux.device.IfReq;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens real interfaces through AF_XDP: transport `af_xdp`.
///
/// Options: `interface` (default: the device's name), `promiscuous` true, `offloads` auto|keep|off,
/// `xdp-mode` auto|zerocopy|native|copy|generic, `xdp-ring-size` 2048, `xdp-busy-poll` false,
/// `xdp-checksums` auto|trust|complete. The receive queues are the interface's own.
public final class AfXdpProvider implements NetDeviceProvider {
    private static final Logger LOG = LoggerFactory.getLogger(AfXdpProvider.class);
    private static final int MAX_QUEUES = 64;

    /// Memory that a datapath with default settings shares with the kernel.
    private static final long POOL_BYTES = 16384L * XdpFrame.CHUNK_BYTES;

    @Override
    public List<String> transports() {
        return List.of("af_xdp");
    }

    @Override
    public int autoRank() {
        return 2;
    }

    /// Between virtual interfaces segments of up to 64 KiB travel whole, and AF_PACKET lets them
    /// through whole; a program for AF_XDP has them cut, and TCP is slower for it. So there AF_XDP is
    /// taken only where the configuration wants frames as on the wire.
    @Override
    public Optional<String> autoDeclines(DeviceSpec spec) {
        if (!LinuxPlatform.isSupported()) {
            return Optional.of("needs Linux");
        }
        AfXdpSettings settings = AfXdpSettings.of(spec);
        boolean whole = !spec.text("offloads", "auto").equals("off");
        try {
            if (whole && !link(settings.interfaceName()).kind().isEmpty()) {
                return Optional.of(
                        "a virtual interface passes segments of up to 64 KiB, which AF_XDP would have"
                                + " cut (for the higher packet rate: transport af_xdp, or offloads:"
                                + " off)");
            }
            return noNativeWay(settings.interfaceName());
        } catch (NativeException e) {
            return Optional.of(e.getMessage());
        }
    }

    /// Why neither native way works; empty when one does. Generic mode is no gain over AF_PACKET, which
    /// takes joined segments whole.
    private static Optional<String> noNativeWay(String interfaceName) {
        List<Way> ways =
                Doctor.examine(POOL_BYTES, interfaceName).ways().stream()
                        .filter(way -> way.name().startsWith("native"))
                        .toList();
        if (ways.stream().anyMatch(Way::works)) {
            return Optional.empty();
        }
        return Optional.of(
                ways.stream()
                        .map(way -> "no " + way.name() + ": " + way.why())
                        .collect(Collectors.joining("; ")));
    }

    @Override
    public List<NetDevice> open(Datapath datapath, DeviceSpec spec) {
        if (!LinuxPlatform.isSupported()) {
            throw new DeviceException(
                    DeviceException.Kind.UNSUPPORTED,
                    spec.name()
                            + ": af_xdp needs Linux (expected: a pcap, generator or veth device on"
                            + " this platform)");
        }
        AfXdpSettings settings = AfXdpSettings.of(spec);
        try {
            return List.of(open(datapath, spec, settings));
        } catch (NativeException e) {
            throw InterfaceDevice.failure(spec, settings.interfaceName(), e);
        }
    }

    private static NetDevice open(Datapath datapath, DeviceSpec spec, AfXdpSettings settings) {
        String name = settings.interfaceName();
        LinkInfo link = link(name);
        // Fails here, with the remedy, when the capability is missing.
        Fd.close(XdpSocket.open());
        int queues = queues(name);
        int wanted = spec.integer("queues", queues);
        if (wanted != queues) {
            LOG.info(
                    "{}: takes all {} queues of the interface, not {} (change them with ethtool -L)",
                    name,
                    queues,
                    wanted);
        }
        DeviceInit init =
                new DeviceInit(
                        spec.name(),
                        link.ifindex(),
                        Math.min(link.mtuBytes(), 65535),
                        link.address().value(),
                        queues);
        LinkMonitor monitor = datapath.shared(LinkMonitor.class, LinkMonitor::new);
        return new AfXdpDevice(datapath, init, settings, !link.kind().isEmpty(), monitor);
    }

    private static LinkInfo link(String name) {
        try (RtNetlink netlink = RtNetlink.open();
                IfReq interfaces = IfReq.open()) {
            int ifindex = interfaces.index(name);
            return netlink.link(ifindex)
                    .orElseThrow(() -> NativeException.of("RTM_GETLINK", name, Errno.ENODEV));
        }
    }

    /// Receive queues of the interface. A socket serves one queue, and what comes in on a queue
    /// without a socket would be lost to the datapath.
    private static int queues(String name) {
        try (Ethtool ethtool = Ethtool.open()) {
            int queues =
                    ethtool.channels(name)
                            .map(channels -> channels.rx() + channels.combined())
                            .orElse(1);
            if (queues > MAX_QUEUES) {
                throw new DeviceException(
                        DeviceException.Kind.USAGE,
                        name
                                + ": queues: "
                                + queues
                                + " (expected: 1.."
                                + MAX_QUEUES
                                + "; lower them with ethtool -L)");
            }
            return Math.max(queues, 1);
        }
    }
}
