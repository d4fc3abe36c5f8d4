package io.xdp4j.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as the configuration and the command line write them: `500ms`, `10s`, `2m`.
///
/// Thread: any; no state.
/// Owns: nothing.
/// Fails: [IllegalArgumentException] for a text of another form.
/// Kernel: none.
public final class DurationFormat {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})(ns|us|ms|s|m|h)");
    private static final String[] UNITS = {"h", "m", "s", "ms", "us", "ns"};

    private DurationFormat() {}

    /// Reads digits followed by one of the units ns, us, ms, s, m, h.
    ///
    /// @throws IllegalArgumentException if the text has another form or exceeds 292 years
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw refused(text);
        }
        try {
            long nanos = nanosOf(matcher.group(2));
            return Duration.ofNanos(Math.multiplyExact(Long.parseLong(matcher.group(1)), nanos));
        } catch (ArithmeticException e) {
            throw refused(text);
        }
    }

    /// Writes a duration with the largest unit that needs no fraction.
    public static String format(Duration duration) {
        long nanos = duration.toNanos();
        for (String unit : UNITS) {
            if (nanos % nanosOf(unit) == 0 && (nanos != 0 || unit.equals("s"))) {
                return nanos / nanosOf(unit) + unit;
            }
        }
        throw new IllegalStateException("no unit divides " + nanos);
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException(
                "duration: " + Excerpt.of(text) + " (expected: like 500ms, 10s, 2m)");
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> throw new IllegalStateException("unit " + unit);
        };
    }
}
