package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Reads the payload of an `RTM_NEWNETCONF`.
///
/// - Thread: any.
/// - Fails: empty when it says nothing of forwarding; never throws.
/// - Kernel: `struct netconfmsg`, `NETCONFA_*`.
final class ForwardingParser {
    private static final int NETCONFMSG_SIZE = 4;
    private static final int NETCONFA_IFINDEX = 1;
    private static final int NETCONFA_FORWARDING = 2;
    private static final int UNKNOWN = -1;

    private ForwardingParser() {}

    static Optional<ForwardingInfo> parse(MemorySegment payload) {
        if (payload.byteSize() < NETCONFMSG_SIZE || IpBytes.length(payload.get(JAVA_BYTE, 0)) < 0) {
            return Optional.empty();
        }
        int ifindex = 0;
        int forwarding = UNKNOWN;
        Attributes attributes = new Attributes(payload.asSlice(NETCONFMSG_SIZE));
        while (attributes.advance()) {
            switch (attributes.type()) {
                case NETCONFA_IFINDEX -> ifindex = attributes.s32(ifindex);
                case NETCONFA_FORWARDING -> forwarding = attributes.s32(forwarding);
                default -> {}
            }
        }
        boolean v6 = payload.get(JAVA_BYTE, 0) == IpBytes.AF_INET6;
        return ifindex == 0 || forwarding == UNKNOWN
                ? Optional.empty()
                : Optional.of(new ForwardingInfo(v6, ifindex, forwarding != 0));
    }
}
