package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Reads the payload of an `RTM_NEWADDR` or `RTM_DELADDR`.
///
/// - Thread: any.
/// - Fails: empty when it is no IPv4 or IPv6 address; never throws.
/// - Kernel: `struct ifaddrmsg`, `IFA_*`.
final class AddressParser {
    private static final int IFADDRMSG_SIZE = 8;
    private static final int IFADDRMSG_PREFIXLEN = 1;
    private static final int IFADDRMSG_FLAGS = 2;
    private static final int IFADDRMSG_SCOPE = 3;
    private static final int IFADDRMSG_INDEX = 4;

    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;

    private AddressParser() {}

    static Optional<AddressInfo> parse(MemorySegment payload) {
        if (payload.byteSize() < IFADDRMSG_SIZE) {
            return Optional.empty();
        }
        int flags = u8(payload, IFADDRMSG_FLAGS);
        byte[] local = {};
        byte[] address = {};
        Attributes attributes = new Attributes(payload.asSlice(IFADDRMSG_SIZE));
        while (attributes.advance()) {
            switch (attributes.type()) {
                case IFA_LOCAL -> local = attributes.value().toArray(JAVA_BYTE);
                case IFA_ADDRESS -> address = attributes.value().toArray(JAVA_BYTE);
                case IFA_FLAGS -> flags = attributes.s32(flags);
                default -> {}
            }
        }
        // On a point-to-point device IFA_ADDRESS is the other end; IFA_LOCAL is always ours.
        byte[] own = local.length != 0 ? local : address;
        if (own.length != IpBytes.length(u8(payload, 0))) {
            return Optional.empty();
        }
        return Optional.of(
                new AddressInfo(
                        payload.get(JAVA_INT_UNALIGNED, IFADDRMSG_INDEX),
                        IpBytes.address(own),
                        u8(payload, IFADDRMSG_PREFIXLEN),
                        u8(payload, IFADDRMSG_SCOPE),
                        flags));
    }

    private static int u8(MemorySegment payload, long offset) {
        return payload.get(JAVA_BYTE, offset) & 0xff;
    }
}
