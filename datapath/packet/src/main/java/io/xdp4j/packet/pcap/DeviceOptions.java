package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a device's options with their limits.
///
/// Thread: immutable.
/// Fails: [DeviceException] of kind USAGE that names device, option, value and what was expected.
public final class DeviceOptions {
    private static final Pattern MAC = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
    private static final long MAC_MASK = 0xffff_ffff_ffffL;
    private static final long MULTICAST_BIT = 1L << 40;
    private static final long LOCAL_BIT = 1L << 41;

    private final DeviceSpec spec;

    /// The options of `spec`, which may be none but `known`.
    public DeviceOptions(DeviceSpec spec, Set<String> known) {
        this.spec = spec;
        for (String option : new TreeSet<>(spec.options().keySet())) {
            if (!known.contains(option)) {
                throw usage(option, "unknown option", "one of " + new TreeSet<>(known));
            }
        }
    }

    public boolean has(String option) {
        return spec.options().containsKey(option);
    }

    public long number(String option, long min, long max, long otherwise) {
        return has(option) ? bounded(option, value(option), min, max) : otherwise;
    }

    public int integer(String option, int min, int max, int otherwise) {
        return (int) number(option, min, max, otherwise);
    }

    public boolean flag(String option) {
        return spec.flag(option, false);
    }

    /// A file name, null when the option is not given.
    public @Nullable String textOrNull(String option) {
        String text = spec.textOrNull(option);
        if (text != null && text.isEmpty()) {
            throw usage(option, "\"\"", "a file name");
        }
        return text;
    }

    /// One of several words.
    public String oneOf(String option, List<String> words, String otherwise) {
        String text = spec.text(option, otherwise);
        if (!words.contains(text)) {
            throw usage(option, text, "one of " + words);
        }
        return text;
    }

    /// Numbers, from a list or a single value.
    public List<Integer> integers(String option, int min, int max, List<Integer> otherwise) {
        return has(option)
                ? items(option).stream().map(item -> (int) bounded(option, item, min, max)).toList()
                : otherwise;
    }

    /// Some of several words, from a list or a single value.
    public List<String> someOf(String option, List<String> words, List<String> otherwise) {
        if (!has(option)) {
            return otherwise;
        }
        List<String> given = items(option).stream().map(Object::toString).toList();
        for (String word : given) {
            if (!words.contains(word)) {
                throw usage(option, word, "some of " + words);
            }
        }
        return given;
    }

    private List<?> items(String option) {
        List<?> items = value(option) instanceof List<?> list ? list : List.of(value(option));
        if (items.isEmpty()) {
            throw usage(option, "[]", "at least one");
        }
        return items;
    }

    /// A MAC address in the low 48 bits, from text or a number.
    public long mac(String option, long otherwise) {
        if (!has(option)) {
            return otherwise;
        }
        Object value = value(option);
        if (value instanceof Number number && (number.longValue() & ~MAC_MASK) == 0) {
            return number.longValue();
        }
        if (!MAC.matcher(value.toString()).matches()) {
            throw usage(option, value.toString(), "a MAC address like 02:00:00:00:00:01");
        }
        return HexFormat.fromHexDigitsToLong(value.toString().replace(":", ""));
    }

    /// A locally administered unicast address that depends on the text only (FNV-1a).
    public static long macOf(String text) {
        long hash = 0xcbf2_9ce4_8422_2325L;
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (octet & 0xff)) * 0x100_0000_01b3L;
        }
        return ((hash ^ hash >>> 48) & MAC_MASK & ~MULTICAST_BIT) | LOCAL_BIT;
    }

    private Object value(String option) {
        Object value = spec.options().get(option);
        if (value == null) {
            throw usage(option, "missing", "a value");
        }
        return value;
    }

    private long bounded(String option, Object value, long min, long max) {
        if (value instanceof Number number) {
            long whole = number.longValue();
            if (whole >= min && whole <= max) {
                return whole;
            }
        }
        throw usage(option, value.toString(), "number " + min + ".." + max);
    }

    /// A failure that says what is wrong with an option.
    public DeviceException usage(String option, String value, String expected) {
        return new DeviceException(
                DeviceException.Kind.USAGE,
                spec.name() + ": " + option + ": " + value + " (expected: " + expected + ")");
    }
}
