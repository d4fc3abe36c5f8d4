package io.xdp4j.config;

import io.xdp4j.programs.bridge.VlanSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads VLAN ids and lists of ids and ranges.
final class VlanReader {
    static final VlanSet ALL = VlanSet.ofRange(VlanSet.MIN_ID, VlanSet.MAX_ID);

    private static final Pattern RANGE = Pattern.compile("([0-9]{1,4})-([0-9]{1,4})");
    private static final int MAX_ITEMS = 256;

    private VlanReader() {}

    static int id(ConfigNode node) {
        return node.integer(VlanSet.MIN_ID, VlanSet.MAX_ID);
    }

    static VlanSet set(ConfigNode node) {
        return node.items(1, MAX_ITEMS, "VLANs").stream()
                .map(VlanReader::idOrRange)
                .reduce(VlanSet::union)
                .orElseThrow();
    }

    private static VlanSet idOrRange(ConfigNode node) {
        if (node.isInteger()) {
            int id = id(node);
            return VlanSet.ofRange(id, id);
        }
        String expected = "integer 1..4094 or a range like 30-40";
        Matcher range = RANGE.matcher(node.text(RANGE, expected));
        try {
            range.matches();
            return VlanSet.ofRange(
                    Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)));
        } catch (IllegalArgumentException e) {
            throw node.unexpected(expected);
        }
    }
}
