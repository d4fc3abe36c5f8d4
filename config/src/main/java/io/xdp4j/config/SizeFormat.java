package io.xdp4j.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes in bytes as the configuration writes them: `4096`, `64k`, `1m`; k is 1024.
final class SizeFormat {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([kmg]?)");

    private SizeFormat() {}

    /// @throws IllegalArgumentException if the text has another form
    static long parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "size: " + Excerpt.of(text) + " (expected: like 4096, 64k, 1m)");
        }
        return Long.parseLong(matcher.group(1)) << shift(matcher.group(2));
    }

    /// Writes a size with the largest unit that needs no fraction.
    static String format(long bytes) {
        for (String unit : new String[] {"g", "m", "k"}) {
            if (bytes != 0 && bytes % (1L << shift(unit)) == 0) {
                return (bytes >> shift(unit)) + unit;
            }
        }
        return Long.toString(bytes);
    }

    private static int shift(String unit) {
        return switch (unit) {
            case "" -> 0;
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> throw new IllegalStateException("unit " + unit);
        };
    }
}
