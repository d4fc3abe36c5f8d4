package io.xdp4j.tools.session;

import io.xdp4j.tools.exit.CommandException;
import java.net.Inet6Address;
import java.net.InetAddress;

/// IP addresses as `inet_ntop` writes them.
public final class IpText {
    private static final int WORDS = 8;

    private IpText() {}

    /// Reads an address; names are not looked up.
    public static InetAddress parse(String what, String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    what + ": " + text + " (expected: an IPv4 or IPv6 address)");
        }
    }

    /// RFC 5952: lower case, the longest run of zeros as `::`.
    public static String of(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        int[] words = new int[WORDS];
        for (int i = 0; i < WORDS; i++) {
            words[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        return text(words);
    }

    private static String text(int[] words) {
        int start = -1;
        int length = 1;
        for (int i = 0; i < WORDS; i++) {
            int end = i;
            while (end < WORDS && words[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < WORDS; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(words[i]));
            }
        }
        return text.toString();
    }
}
