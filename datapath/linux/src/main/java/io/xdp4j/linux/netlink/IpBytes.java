package io.xdp4j.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// IP addresses as messages carry them.
///
/// - Thread: any.
/// - Kernel: `AF_INET`, `AF_INET6`.
final class IpBytes {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private IpBytes() {}

    /// Bytes of an address of the family; -1 for families that are of no concern.
    static int length(int family) {
        return switch (family) {
            case AF_INET -> 4;
            case AF_INET6 -> 16;
            default -> -1;
        };
    }

    /// The address; 4 or 16 bytes.
    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address bytes: " + bytes.length, e);
        }
    }
}
