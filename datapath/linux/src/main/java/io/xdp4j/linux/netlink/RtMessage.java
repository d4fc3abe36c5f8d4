package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// One netlink message, cut out of a datagram.
///
/// Nothing here throws on hostile bytes: a message that cannot be read is an empty result, and one
/// whose length is wrong ends the datagram.
///
/// - Thread: any; valid while the datagram's memory is.
/// - Kernel: `struct nlmsghdr`.
///
/// @param type `NLMSG_*` or `RTM_*`
/// @param flags `NLM_F_*`
/// @param sequence of the request it answers; 0 for events
/// @param payload after the header
record RtMessage(int type, int flags, int sequence, MemorySegment payload) {
    static final int HEADER_SIZE = 16;
    static final int NLMSG_ERROR = 2;
    static final int NLMSG_DONE = 3;
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;
    static final int RTM_NEWNETCONF = 80;
    static final int RTM_GETNETCONF = 82;
    static final int NLM_F_DUMP_INTR = 0x10;

    /// Hands each message of a datagram to `visitor`, until it says stop.
    static void walk(MemorySegment datagram, Visitor visitor) {
        long offset = 0;
        while (datagram.byteSize() - offset >= HEADER_SIZE) {
            long length = datagram.get(JAVA_INT_UNALIGNED, offset) & 0xffff_ffffL;
            if (length < HEADER_SIZE || length > datagram.byteSize() - offset) {
                return;
            }
            RtMessage message =
                    new RtMessage(
                            datagram.get(JAVA_SHORT_UNALIGNED, offset + 4) & 0xffff,
                            datagram.get(JAVA_SHORT_UNALIGNED, offset + 6) & 0xffff,
                            datagram.get(JAVA_INT_UNALIGNED, offset + 8),
                            datagram.asSlice(offset + HEADER_SIZE, length - HEADER_SIZE));
            if (!visitor.visit(message)) {
                return;
            }
            offset += (length + 3) & ~3L;
        }
    }

    /// What to do with a message.
    interface Visitor {
        /// Whether to go on.
        boolean visit(RtMessage message);
    }

    /// The negative errno of an `NLMSG_ERROR` or `NLMSG_DONE`; 0 when it says success or nothing.
    int error() {
        return payload.byteSize() < 4 ? 0 : Math.min(0, payload.get(JAVA_INT_UNALIGNED, 0));
    }

    /// This message as an event; empty for messages that are of no concern.
    Optional<NetlinkEvent> event() {
        return switch (type) {
            case RTM_NEWLINK -> LinkParser.parse(payload).map(NetlinkEvent.LinkChanged::new);
            case RTM_DELLINK ->
                    LinkParser.parse(payload)
                            .map(link -> new NetlinkEvent.LinkRemoved(link.ifindex(), link.name()));
            case RTM_NEWADDR -> AddressParser.parse(payload).map(NetlinkEvent.AddressChanged::new);
            case RTM_DELADDR -> AddressParser.parse(payload).map(NetlinkEvent.AddressRemoved::new);
            case RTM_NEWROUTE -> RouteParser.parse(payload).map(NetlinkEvent.RouteChanged::new);
            case RTM_DELROUTE -> RouteParser.parse(payload).map(NetlinkEvent.RouteRemoved::new);
            case RTM_NEWNEIGH ->
                    NeighbourParser.parse(payload).map(NetlinkEvent.NeighbourChanged::new);
            case RTM_DELNEIGH ->
                    NeighbourParser.parse(payload).map(NetlinkEvent.NeighbourRemoved::new);
            case RTM_NEWNETCONF ->
                    ForwardingParser.parse(payload).map(NetlinkEvent.ForwardingChanged::new);
            default -> Optional.empty();
        };
    }
}
