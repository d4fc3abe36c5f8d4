package io.xdp4j.ebpf.vm;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/// An IPv4 or IPv6 network, or one address with all its bits as prefix.
///
/// @param isV6 false for IPv4, whose address is the low 32 bits of `low`
/// @param high first eight bytes of an IPv6 address, 0 for IPv4
/// @param length bits of the prefix, up to 32 or 128
public record IpPrefix(boolean isV6, long high, long low, int length) {
    private static final long V4_MASK = 0xffff_ffffL;

    public IpPrefix {
        int bits = isV6 ? 128 : 32;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "prefix length: " + length + " (expected: 0.." + bits + ")");
        }
    }

    /// Reads `10.1.1.0/24`, `fd00::1`, or `default`, which is all of IPv4. Bits behind the prefix
    /// are kept: an interface's address has them.
    ///
    /// Fails: an illegal argument exception that names the text.
    public static IpPrefix parse(String text) {
        if (text.equals("default")) {
            return new IpPrefix(false, 0, 0, 0);
        }
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        byte[] bytes;
        int length;
        try {
            bytes = InetAddress.ofLiteral(address).getAddress();
            length = slash < 0 ? bytes.length * 8 : Integer.parseInt(text.substring(slash + 1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "address: " + text + " (expected: like 10.1.1.0/24 or fd00::1)", e);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return bytes.length == 4
                ? new IpPrefix(false, 0, buffer.getInt() & V4_MASK, length)
                : new IpPrefix(true, buffer.getLong(0), buffer.getLong(8), length);
    }

    /// The same address with all its bits.
    public IpPrefix host() {
        return new IpPrefix(isV6, high, low, isV6 ? 128 : 32);
    }

    /// The network: bits behind the prefix are 0.
    public IpPrefix network() {
        return new IpPrefix(isV6, high & highMask(), low & lowMask(), length);
    }

    /// The last address of the network.
    public IpPrefix last() {
        long ones = isV6 ? -1L : V4_MASK;
        return new IpPrefix(
                isV6, isV6 ? high | ~highMask() : 0, low | (~lowMask() & ones), isV6 ? 128 : 32);
    }

    /// True when the address lies in the network.
    public boolean contains(boolean v6, long addressHigh, long addressLow) {
        return v6 == isV6
                && ((addressHigh ^ high) & highMask()) == 0
                && ((addressLow ^ low) & lowMask()) == 0;
    }

    private long highMask() {
        return isV6 ? mask(Math.min(length, 64)) : 0;
    }

    private long lowMask() {
        return isV6 ? mask(Math.max(length - 64, 0)) : mask(length + 32) & V4_MASK;
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }
}
