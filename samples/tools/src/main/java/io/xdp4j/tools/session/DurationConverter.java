package io.xdp4j.tools.session;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads durations such as `10s`, `500ms`, `2m`.
public final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    /// A year, well below what fits nanoseconds.
    private static final Duration MAX = Duration.ofDays(365);

    @Override
    public Duration convert(String text) {
        Matcher form = FORM.matcher(text);
        Duration duration = form.matches() ? of(Long.parseLong(form.group(1)), form.group(2)) : MAX;
        if (duration.compareTo(MAX) >= 0) {
            throw new TypeConversionException(
                    "'" + text + "' is no duration (expected: like 10s, 500ms, 2m; below a year)");
        }
        return duration;
    }

    private static Duration of(long count, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }
}
