package io.xdp4j.config;

/// Text of the document, made fit to stand in a one-line message.
final class Excerpt {
    private static final int MAX_LENGTH = 40;

    private Excerpt() {}

    /// The text, shortened and with everything escaped that would break the line.
    static String of(String text) {
        if (text.codePointCount(0, text.length()) <= MAX_LENGTH) {
            return escape(text);
        }
        return escape(text.substring(0, text.offsetByCodePoints(0, MAX_LENGTH - 3))) + "...";
    }

    /// The shortened text between double quotes.
    static String quoted(String text) {
        return '"' + of(text) + '"';
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> append(escaped, c));
        return escaped.toString();
    }

    private static void append(StringBuilder escaped, int codePoint) {
        switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    escaped.append("\\u{").append(Integer.toHexString(codePoint)).append('}');
            default -> escaped.appendCodePoint(codePoint);
        }
    }
}
