package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.xdp4j.linux.device.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Reads the payload of an `RTM_NEWLINK` or `RTM_DELLINK`; attributes that are missing or too short
/// keep their defaults.
///
/// - Thread: one at a time.
/// - Fails: empty when it is no device; never throws.
/// - Kernel: `struct ifinfomsg`, `IFLA_*`.
final class LinkParser {
    private static final int AF_UNSPEC = 0;
    private static final int IFINFOMSG_SIZE = 16;
    private static final int IFINFOMSG_INDEX = 4;
    private static final int IFINFOMSG_FLAGS = 8;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_OPERSTATE = 16;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NUM_TX_QUEUES = 31;
    private static final int IFLA_NUM_RX_QUEUES = 32;
    private static final int IFLA_CARRIER = 33;
    private static final int IFLA_LINK_NETNSID = 37;
    private static final int IFLA_XDP = 43;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_XDP_ATTACHED = 2;
    private static final int IFLA_XDP_PROG_ID = 4;
    private static final int IFLA_XDP_DRV_PROG_ID = 5;

    private final int ifindex;
    private final int flags;
    private String name = "";
    private String kind = "";
    private int mtuBytes;
    private MacAddress address = new MacAddress(0);
    private OperState operState = OperState.UNKNOWN;
    private boolean carrier;
    private int masterIfindex;
    private int linkIfindex;
    private int linkNetnsId = -1;
    private int txQueues = 1;
    private int rxQueues = 1;
    private XdpAttachment xdp = XdpAttachment.NONE;

    private LinkParser(int ifindex, int flags) {
        this.ifindex = ifindex;
        this.flags = flags;
    }

    /// The device.
    ///
    /// The same message types with family `AF_BRIDGE` tell of a port of a bridge and are no device:
    /// one that leaves a bridge is not gone.
    static Optional<LinkInfo> parse(MemorySegment payload) {
        if (payload.byteSize() < IFINFOMSG_SIZE || payload.get(JAVA_BYTE, 0) != AF_UNSPEC) {
            return Optional.empty();
        }
        LinkParser parser =
                new LinkParser(
                        payload.get(JAVA_INT_UNALIGNED, IFINFOMSG_INDEX),
                        payload.get(JAVA_INT_UNALIGNED, IFINFOMSG_FLAGS));
        parser.read(new Attributes(payload.asSlice(IFINFOMSG_SIZE)));
        return Optional.of(parser.link());
    }

    private void read(Attributes attributes) {
        while (attributes.advance()) {
            switch (attributes.type()) {
                case IFLA_ADDRESS -> readAddress(attributes.value());
                case IFLA_IFNAME -> name = attributes.string();
                case IFLA_MTU -> mtuBytes = attributes.s32(mtuBytes);
                case IFLA_LINK -> linkIfindex = attributes.s32(linkIfindex);
                case IFLA_MASTER -> masterIfindex = attributes.s32(masterIfindex);
                case IFLA_OPERSTATE -> operState = OperState.of(attributes.u8(0));
                case IFLA_LINKINFO -> readKind(attributes.nested());
                case IFLA_NUM_TX_QUEUES -> txQueues = attributes.s32(txQueues);
                case IFLA_NUM_RX_QUEUES -> rxQueues = attributes.s32(rxQueues);
                case IFLA_CARRIER -> carrier = attributes.u8(0) != 0;
                case IFLA_XDP -> readXdp(attributes.nested());
                case IFLA_LINK_NETNSID -> linkNetnsId = attributes.s32(linkNetnsId);
                default -> {}
            }
        }
    }

    private void readAddress(MemorySegment value) {
        if (value.byteSize() == MacAddress.SIZE) {
            address = MacAddress.of(value, 0);
        }
    }

    private void readKind(Attributes info) {
        while (info.advance()) {
            if (info.type() == IFLA_INFO_KIND) {
                kind = info.string();
            }
        }
    }

    private void readXdp(Attributes info) {
        XdpAttachment.Mode[] modes = XdpAttachment.Mode.values();
        int mode = 0;
        int program = 0;
        while (info.advance()) {
            switch (info.type()) {
                case IFLA_XDP_ATTACHED -> mode = info.u8(0);
                // Alone with one program; with several it is left out.
                case IFLA_XDP_PROG_ID, IFLA_XDP_DRV_PROG_ID -> program = info.s32(0);
                default -> {}
            }
        }
        if (mode > 0 && mode < modes.length) {
            xdp = new XdpAttachment(modes[mode], program);
        }
    }

    private LinkInfo link() {
        return new LinkInfo(
                ifindex,
                name,
                mtuBytes,
                address,
                flags,
                operState,
                carrier,
                masterIfindex,
                linkIfindex,
                linkNetnsId,
                kind,
                txQueues,
                rxQueues,
                xdp);
    }
}
