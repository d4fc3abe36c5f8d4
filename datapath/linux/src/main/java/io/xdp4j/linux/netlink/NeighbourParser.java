package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.xdp4j.linux.device.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Reads the payload of an `RTM_NEWNEIGH` or `RTM_DELNEIGH`.
///
/// - Thread: any.
/// - Fails: empty when it is no IPv4 or IPv6 neighbour; never throws.
/// - Kernel: `struct ndmsg`, `NDA_*`.
final class NeighbourParser {
    private static final int NDMSG_SIZE = 12;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;

    private NeighbourParser() {}

    static Optional<NeighbourInfo> parse(MemorySegment payload) {
        if (payload.byteSize() < NDMSG_SIZE) {
            return Optional.empty();
        }
        byte[] address = {};
        MacAddress linkAddress = new MacAddress(0);
        Attributes attributes = new Attributes(payload.asSlice(NDMSG_SIZE));
        while (attributes.advance()) {
            if (attributes.type() == NDA_DST) {
                address = attributes.value().toArray(JAVA_BYTE);
            } else if (attributes.type() == NDA_LLADDR
                    && attributes.value().byteSize() == MacAddress.SIZE) {
                linkAddress = MacAddress.of(attributes.value(), 0);
            }
        }
        if (address.length != IpBytes.length(payload.get(JAVA_BYTE, 0))) {
            return Optional.empty();
        }
        return Optional.of(
                new NeighbourInfo(
                        payload.get(JAVA_INT_UNALIGNED, 4),
                        IpBytes.address(address),
                        linkAddress,
                        payload.get(JAVA_SHORT_UNALIGNED, 8) & 0xffff));
    }
}
