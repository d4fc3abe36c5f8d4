package io.xdp4j.afxdp.doctor;

import io.xdp4j.afxdp.doctor.Check.Level;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.device.Channels;
import io.xdp4j.linux.device.Ethtool;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import io.xdp4j.linux.netlink.XdpAttachment;
import io.xdp4j.linux.netlink.XdpFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Looks at one interface.
final class InterfaceExamination {
    private static final int MAX_QUEUES = 64;
    private static final String VETH = "veth";

    /// What a native program takes in one buffer.
    private static final int ONE_BUFFER_MTU = 3506;

    private static final String BUSY = "another XDP program is attached";

    private final HostExamination host;
    private final LinkInfo link;
    private final String driver;
    private final int queues;
    private final Optional<XdpFeatures> features;
    private final List<Check> checks = new ArrayList<>();
    private @Nullable AttachedOwner owner;
    private @Nullable Check peer;

    private InterfaceExamination(HostExamination host, LinkInfo link) {
        this.host = host;
        this.link = link;
        this.features = XdpFeatures.of(link.ifindex());
        try (Ethtool ethtool = Ethtool.open()) {
            this.driver = driver(ethtool);
            this.queues = rxQueues(ethtool, link.name());
        }
    }

    static InterfaceExamination of(HostExamination host, LinkInfo link) {
        InterfaceExamination examination = new InterfaceExamination(host, link);
        examination.checkDriver();
        examination.checkState();
        examination.checkQueues();
        examination.checkMtu();
        examination.checkProgram();
        examination.checkPeer();
        return examination;
    }

    private String driver(Ethtool ethtool) {
        try {
            return ethtool.driver(link.name()).driver();
        } catch (NativeException e) {
            return "unknown";
        }
    }

    private static int rxQueues(Ethtool ethtool, String name) {
        try {
            return ethtool.channels(name).map(c -> c.rx() + c.combined()).orElse(1);
        } catch (NativeException e) {
            return 1;
        }
    }

    List<Check> checks() {
        return checks;
    }

    // ---- checks

    private void checkDriver() {
        String xdp =
                features.map(f ->
                                f.isZeroCopy()
                                        ? "native XDP and zero-copy"
                                        : f.isNative()
                                                ? "native XDP, no zero-copy"
                                                : "no native XDP")
                        .orElse("the kernel does not tell what it can do (Linux 6.3 does)");
        checks.add(Check.ok("driver", driver + ": " + xdp));
    }

    private void checkState() {
        if (link.isUp() && link.isRunning()) {
            checks.add(Check.ok("state", "up"));
        } else if (link.isUp()) {
            checks.add(new Check("state", Level.WARN, "no carrier", "set the other end up"));
        } else {
            checks.add(
                    new Check(
                            "state", Level.WARN, "down", "ip link set dev " + link.name() + " up"));
        }
    }

    private void checkQueues() {
        if (queues <= MAX_QUEUES) {
            checks.add(Check.ok("queues", queues + ", a socket each"));
            return;
        }
        checks.add(
                new Check(
                        "queues",
                        Level.FAIL,
                        queues + ", more than " + MAX_QUEUES,
                        "ethtool -L " + link.name() + " combined " + MAX_QUEUES));
    }

    private void checkMtu() {
        if (link.mtuBytes() <= ONE_BUFFER_MTU) {
            checks.add(Check.ok("mtu", link.mtuBytes() + ", a frame fits one chunk"));
            return;
        }
        checks.add(
                new Check(
                        "mtu",
                        Level.WARN,
                        link.mtuBytes()
                                + ", frames take several chunks (Linux 6.6, driver willing)",
                        "ip link set dev " + link.name() + " mtu " + ONE_BUFFER_MTU));
    }

    private void checkProgram() {
        if (link.xdp().mode() == XdpAttachment.Mode.NONE) {
            checks.add(Check.ok("program", "none attached"));
            return;
        }
        AttachedOwner found = AttachedOwner.of(link);
        owner = found;
        checks.add(new Check("program", Level.FAIL, found.description(), found.wayOut()));
    }

    /// A veth takes a program only with as many receive queues as its peer sends on.
    private void checkPeer() {
        if (!link.kind().equals(VETH) || link.linkNetnsId() != -1) {
            return;
        }
        try (RtNetlink netlink = RtNetlink.open();
                Ethtool ethtool = Ethtool.open()) {
            String name = netlink.link(link.linkIfindex()).map(LinkInfo::name).orElse("");
            if (name.isEmpty()) {
                return;
            }
            int sending = ethtool.channels(name).map(InterfaceExamination::txQueues).orElse(1);
            if (sending > queues) {
                Check failure =
                        new Check(
                                "peer",
                                Level.FAIL,
                                name
                                        + " sends on "
                                        + sending
                                        + " queues, "
                                        + link.name()
                                        + " receives on "
                                        + queues,
                                "ethtool -L " + link.name() + " rx " + sending);
                peer = failure;
                checks.add(failure);
            }
        } catch (NativeException e) {
            checks.add(new Check("peer", Level.WARN, e.getMessage(), ""));
        }
    }

    private static int txQueues(Channels channels) {
        return channels.tx() + channels.combined();
    }

    // ---- ways

    /// All ways, best first.
    List<Way> ways() {
        return List.of(zeroCopy(), nativeCopy(), genericCopy(), afPacket());
    }

    private Way zeroCopy() {
        String name = "native zero-copy";
        Way barred = barred(name);
        if (barred != null) {
            return barred;
        }
        if (features.isPresent() && !features.get().isZeroCopy()) {
            return new Way(
                    name,
                    false,
                    "driver " + driver + " cannot receive into memory of ours",
                    "a NIC whose driver can, such as ice, i40e, ixgbe, igc, mlx5_core");
        }
        return peerAllows(name, features.isPresent() ? "" : "if the driver can");
    }

    private Way nativeCopy() {
        String name = "native copy";
        Way barred = barred(name);
        if (barred != null) {
            return barred;
        }
        if (features.isPresent() && !features.get().isNative()) {
            return new Way(name, false, "driver " + driver + " runs no XDP programs", "");
        }
        return peerAllows(name, features.isPresent() ? "" : "if the driver can");
    }

    private Way peerAllows(String name, String why) {
        Check failure = peer;
        return failure == null
                ? new Way(name, true, why, "")
                : new Way(name, false, failure.found(), failure.remedy());
    }

    private Way genericCopy() {
        String name = "generic copy";
        Way barred = barred(name);
        if (barred != null) {
            return barred;
        }
        return link.kind().equals(VETH)
                ? new Way(
                        name,
                        true,
                        "segments that the peer leaves to be cut later are lost",
                        "on the peer: ethtool -K PEER tso off gso off")
                : new Way(name, true, "", "");
    }

    /// Why no AF_XDP socket gets anything from this interface; null when nothing stands in the way.
    private @Nullable Way barred(String name) {
        if (!host.hasSockets() || !host.hasPrograms()) {
            return new Way(name, false, "see AF_XDP, bpf(2) and locked memory", "see capabilities");
        }
        AttachedOwner other = owner;
        if (other != null) {
            return new Way(name, false, BUSY + ": " + other.description(), other.wayOut());
        }
        return queues > MAX_QUEUES
                ? new Way(
                        name,
                        false,
                        queues + " queues",
                        "ethtool -L " + link.name() + " combined " + MAX_QUEUES)
                : null;
    }

    private Way afPacket() {
        return host.hasPacketSockets()
                ? new Way(
                        "AF_PACKET",
                        true,
                        "every frame is copied, and the kernel's stack sees it too",
                        "")
                : new Way("AF_PACKET", false, "needs CAP_NET_RAW", "see capabilities");
    }
}
