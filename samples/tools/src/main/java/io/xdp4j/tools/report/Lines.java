package io.xdp4j.tools.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Lines in C's `printf` form with thousands separators.
final class Lines {
    private final List<String> lines = new ArrayList<>();
    private final boolean separators;

    Lines() {
        this(true);
    }

    /// @param separators false for numbers without thousands separators
    Lines(boolean separators) {
        this.separators = separators;
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is not on our class path
    void add(String format, Object... values) {
        lines.add(
                String.format(
                        Locale.ROOT, separators ? format : format.replace("%,", "%"), values));
    }

    List<String> all() {
        return lines;
    }

    /// A number with its unit: `%'10llu %-13s`.
    static String column(long value, String unit) {
        return String.format(Locale.ROOT, "%,10d %-13s", value, unit);
    }

    /// The same with two decimals.
    static String average(double value) {
        return String.format(Locale.ROOT, "%,10.2f %-13s", value, "bulk-avg");
    }
}
