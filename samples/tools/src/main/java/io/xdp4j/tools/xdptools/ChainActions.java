package io.xdp4j.tools.xdptools;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.tools.exit.CommandException;
import java.util.ArrayList;
import java.util.List;

/// Verdicts after which the next program of a chain runs: bit `1 << action` for each.
final class ChainActions {
    private static final String PREFIX = "XDP_";

    private ChainActions() {}

    /// Reads names such as `XDP_PASS`.
    static int parse(List<String> names) {
        int bits = 0;
        for (String name : names) {
            bits |= 1 << code(name);
        }
        return bits;
    }

    private static int code(String name) {
        for (XdpAction action : XdpAction.values()) {
            if (name.equals(PREFIX + action.name())) {
                return action.ordinal();
            }
        }
        throw CommandException.usage(
                "--actions: "
                        + name
                        + " (expected: XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX or XDP_REDIRECT)");
    }

    static List<String> names(int bits) {
        List<String> names = new ArrayList<>();
        for (XdpAction action : XdpAction.values()) {
            if ((bits & 1 << action.ordinal()) != 0) {
                names.add(PREFIX + action.name());
            }
        }
        return names;
    }
}
