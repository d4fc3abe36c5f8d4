package io.xdp4j.tools.session;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.tools.exit.CommandException;
import java.util.HexFormat;

/// MAC addresses in the order of the wire.
public final class Macs {
    private static final int BYTES = 6;

    private Macs() {}

    public static byte[] bytes(DeviceInfo device) {
        return bytes(device.mac());
    }

    /// The address of that number.
    ///
    /// @param mac in the low 48 bits, the first byte of the wire highest
    public static byte[] bytes(long mac) {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (mac >>> (8 * (BYTES - 1 - i)));
        }
        return bytes;
    }

    /// Reads `02:00:00:00:00:01`.
    public static byte[] parse(String what, String text) {
        if (!text.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")) {
            throw CommandException.usage(
                    what + ": " + text + " (expected: a MAC address like 02:00:00:00:00:01)");
        }
        return HexFormat.of().parseHex(text.replace(":", ""));
    }

    public static String text(byte[] mac) {
        return HexFormat.ofDelimiter(":").formatHex(mac);
    }
}
