package io.xdp4j.linux.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.xdp4j.linux.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// Offloads, channels, driver and link state of the devices of one network namespace: that of the
/// thread which opens this.
///
/// - Thread: any.
/// - Owns: a socket until [#close()].
/// - Fails: throws [NativeException][io.xdp4j.linux.NativeException], `ENODEV` for an unknown
///   device and `EPERM` for changes without `CAP_NET_ADMIN`.
/// - Kernel: `SIOCETHTOOL`, net/ethtool/ioctl.c; the tool `ethtool`.
public final class Ethtool implements AutoCloseable {
    private static final int ETHTOOL_GDRVINFO = 0x03;
    private static final int ETHTOOL_GLINK = 0x0a;
    private static final int ETHTOOL_GFLAGS = 0x25;
    private static final int ETHTOOL_SFLAGS = 0x26;
    private static final int ETHTOOL_GCHANNELS = 0x3c;
    private static final int ETHTOOL_SCHANNELS = 0x3d;

    private static final int ETH_FLAG_TXVLAN = 1 << 7;
    private static final int ETH_FLAG_RXVLAN = 1 << 8;
    private static final int ETH_FLAG_LRO = 1 << 15;

    private static final String UDP_SEGMENTATION = "tx-udp-segmentation";

    /// What a frame with a `virtio_net_hdr` may ask of a device.
    private static final List<String> SEGMENTATIONS =
            List.of(
                    "tx-tcp-segmentation",
                    "tx-tcp6-segmentation",
                    "tx-tcp-ecn-segmentation",
                    UDP_SEGMENTATION);

    private static final int VALUE_SIZE = 8;
    private static final int DRVINFO_SIZE = 196;
    private static final int DRVINFO_STRING = 32;
    private static final int CHANNELS_SIZE = 36;

    private final EthtoolIoctl ioctl = new EthtoolIoctl(ControlSocket.open());

    private Ethtool() {}

    /// Requests in the network namespace of the calling thread.
    public static Ethtool open() {
        return new Ethtool();
    }

    /// The offloads of a device as they are now.
    public Offloads offloads(String ifname) {
        int flags = get(ifname, ETHTOOL_GFLAGS, "ETHTOOL_GFLAGS");
        return new Offloads(
                isOn(ifname, Feature.RX_CSUM),
                isOn(ifname, Feature.TX_CSUM),
                isOn(ifname, Feature.SG),
                isOn(ifname, Feature.TSO),
                isOn(ifname, Feature.GSO),
                isOn(ifname, Feature.GRO),
                (flags & ETH_FLAG_LRO) != 0,
                EthtoolFeatures.isActive(ioctl, ifname, UDP_SEGMENTATION),
                (flags & ETH_FLAG_RXVLAN) != 0,
                (flags & ETH_FLAG_TXVLAN) != 0);
    }

    /// Whether the device itself cuts every kind of large segment that a packet socket can send.
    public boolean segmentsAll(String ifname) {
        return SEGMENTATIONS.stream()
                .allMatch(feature -> EthtoolFeatures.isActive(ioctl, ifname, feature));
    }

    /// Sets the offloads of a device where they differ. One that the driver has fixed stays as it
    /// is, without an error.
    ///
    /// @return what is in force now
    public Offloads setOffloads(String ifname, Offloads offloads) {
        // The kernel turns dependent features off and on with those they need, so each is read
        // again right before it is set, and what others need comes first.
        set(ifname, Feature.RX_CSUM, offloads.rxChecksum());
        set(ifname, Feature.TX_CSUM, offloads.txChecksum());
        set(ifname, Feature.SG, offloads.scatterGather());
        set(ifname, Feature.TSO, offloads.tso());
        set(ifname, Feature.GSO, offloads.gso());
        set(ifname, Feature.GRO, offloads.gro());
        setFlag(ifname, ETH_FLAG_LRO, offloads.lro());
        EthtoolFeatures.set(ioctl, ifname, UDP_SEGMENTATION, offloads.udpSegmentation());
        setFlag(ifname, ETH_FLAG_RXVLAN, offloads.rxVlan());
        setFlag(ifname, ETH_FLAG_TXVLAN, offloads.txVlan());
        return offloads(ifname);
    }

    private boolean isOn(String ifname, Feature feature) {
        return get(ifname, feature.get, "ETHTOOL_G" + feature) != 0;
    }

    private void set(String ifname, Feature feature, boolean on) {
        if (isOn(ifname, feature) != on) {
            trySet(ifname, feature.set, on ? 1 : 0, "ETHTOOL_S" + feature);
        }
    }

    private void setFlag(String ifname, int flag, boolean on) {
        int flags = get(ifname, ETHTOOL_GFLAGS, "ETHTOOL_GFLAGS");
        if ((flags & flag) != 0 != on) {
            trySet(ifname, ETHTOOL_SFLAGS, flags ^ flag, "ETHTOOL_SFLAGS");
        }
    }

    private int get(String ifname, int command, String commandName) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = EthtoolIoctl.command(arena, VALUE_SIZE, command);
            ioctl.call(ifname, value, commandName);
            return value.get(JAVA_INT, 4);
        }
    }

    private void trySet(String ifname, int command, int data, String commandName) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = EthtoolIoctl.command(arena, VALUE_SIZE, command);
            value.set(JAVA_INT, 4, data);
            int result = ioctl.tryCall(ifname, value);
            if (result < 0 && !Errno.isUnsupported(-result)) {
                throw EthtoolIoctl.failed(ifname, commandName, result);
            }
        }
    }

    /// Whether the device has a link, as the driver sees it.
    public boolean hasLink(String ifname) {
        return get(ifname, ETHTOOL_GLINK, "ETHTOOL_GLINK") != 0;
    }

    /// Queue counts of the device; empty when its driver has no channels.
    public Optional<Channels> channels(String ifname) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = EthtoolIoctl.command(arena, CHANNELS_SIZE, ETHTOOL_GCHANNELS);
            int result = ioctl.tryCall(ifname, memory);
            if (result < 0 && Errno.isUnsupported(-result)) {
                return Optional.empty();
            }
            if (result < 0) {
                throw EthtoolIoctl.failed(ifname, "ETHTOOL_GCHANNELS", result);
            }
            int[] counts = memory.toArray(JAVA_INT);
            return Optional.of(
                    new Channels(
                            counts[1], counts[2], counts[3], counts[4], counts[5], counts[6],
                            counts[7], counts[8]));
        }
    }

    /// Changes the queue counts to those in `channels`; its limits are ignored. Most drivers reset
    /// the link.
    public void setChannels(String ifname, Channels channels) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = EthtoolIoctl.command(arena, CHANNELS_SIZE, ETHTOOL_SCHANNELS);
            memory.setAtIndex(JAVA_INT, 5, channels.rx());
            memory.setAtIndex(JAVA_INT, 6, channels.tx());
            memory.setAtIndex(JAVA_INT, 7, channels.other());
            memory.setAtIndex(JAVA_INT, 8, channels.combined());
            ioctl.call(ifname, memory, "ETHTOOL_SCHANNELS");
        }
    }

    /// The driver of the device.
    public DriverInfo driver(String ifname) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = EthtoolIoctl.command(arena, DRVINFO_SIZE, ETHTOOL_GDRVINFO);
            ioctl.call(ifname, info, "ETHTOOL_GDRVINFO");
            return new DriverInfo(
                    driverString(info, 0),
                    driverString(info, 1),
                    driverString(info, 2),
                    driverString(info, 3));
        }
    }

    private static String driverString(MemorySegment info, int index) {
        long offset = 4 + (long) index * DRVINFO_STRING;
        return EthtoolIoctl.fixedString(info, offset, DRVINFO_STRING);
    }

    @Override
    public void close() {
        ioctl.close();
    }

    /// A feature with a pair of commands of its own.
    private enum Feature {
        RX_CSUM(0x14, 0x15),
        TX_CSUM(0x16, 0x17),
        SG(0x18, 0x19),
        TSO(0x1e, 0x1f),
        GSO(0x23, 0x24),
        GRO(0x2b, 0x2c);

        private final int get;
        private final int set;

        Feature(int get, int set) {
            this.get = get;
            this.set = set;
        }

        /// As the command ends: `RXCSUM` of `ETHTOOL_GRXCSUM`.
        @Override
        public String toString() {
            return name().replace("_", "");
        }
    }
}
