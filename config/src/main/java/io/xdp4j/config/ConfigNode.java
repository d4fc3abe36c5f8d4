package io.xdp4j.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// One value of the document and where it stands; gives itself as a typed value or refuses.
///
/// The value of an absent key is a node too. Whatever is asked of it, it answers `missing`.
final class ConfigNode {
    private static final Pattern ANY_TEXT = Pattern.compile("(?s).*");
    private static final int MAX_TEXT_LENGTH = 4096;

    private final @Nullable Node node;
    private final SourceLocation at;
    private final Path directory;

    private ConfigNode(@Nullable Node node, SourceLocation at, Path directory) {
        this.node = node;
        this.at = at;
        this.directory = directory;
    }

    static ConfigNode root(Node node, SourceLocation top, Path directory) {
        return new ConfigNode(node, new SourceLocation(top.file(), line(node), ""), directory);
    }

    ConfigNode child(@Nullable Node value, String key, int line) {
        boolean bare = !key.isEmpty() && key.indexOf(' ') < 0;
        String name = bare ? Excerpt.of(key) : Excerpt.quoted(key);
        return new ConfigNode(value, at.key(name, line), directory);
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    SourceLocation at() {
        return at;
    }

    ConfigException unexpected(String expected) {
        return at.unexpected(shown(), expected);
    }

    /// The value as a message shows it.
    String shown() {
        return switch (node) {
            case null -> "missing";
            case MappingNode mapping -> "a mapping";
            case SequenceNode sequence -> "a list";
            case ScalarNode scalar when scalar.isPlain() && scalar.getValue().isEmpty() -> "empty";
            case ScalarNode scalar when scalar.isPlain() -> Excerpt.of(scalar.getValue());
            case ScalarNode scalar -> Excerpt.quoted(scalar.getValue());
            default -> "a value";
        };
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isInteger() {
        return scalar(Tag.INT) != null;
    }

    boolean isText() {
        return scalar(Tag.STR) != null;
    }

    boolean isWord(String word) {
        return word.equals(scalar(Tag.STR));
    }

    private @Nullable String scalar(Tag tag) {
        return node instanceof ScalarNode value && tag.equals(value.getTag())
                ? value.getValue()
                : null;
    }

    private @Nullable String textOrInteger() {
        String text = scalar(Tag.STR);
        return text == null ? scalar(Tag.INT) : text;
    }

    ConfigMapping mapping(String expected) {
        if (node instanceof MappingNode mapping) {
            return new ConfigMapping(this, mapping);
        }
        throw unexpected(expected);
    }

    /// The elements of a list.
    ///
    /// @param what the elements, in the plural
    List<ConfigNode> items(int min, int max, String what) {
        String count = min == 0 ? "at most " + max : min + ".." + max;
        String expected = "list of " + count + ' ' + what;
        if (!(node instanceof SequenceNode sequence)) {
            throw unexpected(isText() ? expected + ", like [" + shown() + ']' : expected);
        }
        List<Node> values = sequence.getValue();
        if (values.size() < min || values.size() > max) {
            throw at.unexpected(
                    values.isEmpty() ? "an empty list" : "a list of " + values.size(), expected);
        }
        List<ConfigNode> items = new ArrayList<>(values.size());
        for (Node value : values) {
            SourceLocation place = at.item(items.size(), line(value));
            items.add(new ConfigNode(value, place, directory));
        }
        return items;
    }

    /// Text of a form.
    String text(Pattern form, String expected) {
        String text = scalar(Tag.STR);
        // The bound comes first: a regular expression recurses on a long text.
        if (text != null && text.length() <= MAX_TEXT_LENGTH && form.matcher(text).matches()) {
            return text;
        }
        boolean needsQuotes =
                text == null && node instanceof ScalarNode && !shown().equals("empty");
        throw unexpected(needsQuotes ? expected + ", in quotes" : expected);
    }

    /// Text of any form, which may be empty.
    String anyText(String expected) {
        return text(ANY_TEXT, expected);
    }

    int integer(int min, int max) {
        return (int) integer((long) min, max);
    }

    long integer(long min, long max) {
        return integer(min, max, "integer " + min + ".." + max);
    }

    long integer(long min, long max, String expected) {
        String text = scalar(Tag.INT);
        if (text != null) {
            try {
                long value = parseInteger(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw unexpected(expected);
            }
        }
        throw unexpected(expected);
    }

    private static long parseInteger(String text) {
        if (text.startsWith("0x")) {
            return Long.parseLong(text, 2, text.length(), 16);
        }
        if (text.startsWith("0o")) {
            return Long.parseLong(text, 2, text.length(), 8);
        }
        return Long.parseLong(text);
    }

    boolean bool() {
        String text = scalar(Tag.BOOL);
        if ("true".equalsIgnoreCase(text)) {
            return true;
        }
        if ("false".equalsIgnoreCase(text)) {
            return false;
        }
        throw unexpected("true or false");
    }

    /// The constant whose name in lower case is the text.
    <E extends Enum<E>> E keyword(E[] values) {
        List<String> words =
                Arrays.stream(values).map(v -> v.name().toLowerCase(Locale.ROOT)).toList();
        return values[words.indexOf(oneOf(words))];
    }

    /// The text, which must be one of the words; a word may look like a number.
    String oneOf(List<String> words) {
        String text = textOrInteger();
        if (text != null && words.contains(text)) {
            return text;
        }
        String hint = text == null ? "" : Spelling.hint(text, words);
        throw at.unexpected(shown() + hint, oneOfThese(words));
    }

    Duration duration(Duration min, Duration max) {
        String range = DurationFormat.format(min) + ".." + DurationFormat.format(max);
        String expected = "duration " + range + ", like 500ms, 10s, 2m";
        String text = scalar(Tag.STR);
        if (text != null) {
            try {
                Duration value = DurationFormat.parse(text);
                if (value.compareTo(min) >= 0 && value.compareTo(max) <= 0) {
                    return value;
                }
            } catch (IllegalArgumentException e) {
                throw unexpected(expected);
            }
        }
        throw unexpected(expected);
    }

    /// Bytes, as an integer or as text with a unit.
    long sizeBytes(long min, long max) {
        String range = SizeFormat.format(min) + ".." + SizeFormat.format(max);
        String expected = "size " + range + ", like 64k, 1m";
        if (isInteger()) {
            return integer(min, max, expected);
        }
        String text = scalar(Tag.STR);
        if (text != null) {
            try {
                long value = SizeFormat.parse(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (IllegalArgumentException e) {
                throw unexpected(expected);
            }
        }
        throw unexpected(expected);
    }

    MacAddress mac() {
        return mac("MAC address like 02:00:00:00:00:01");
    }

    /// The address of a device.
    MacAddress unicastMac() {
        String expected = "unicast MAC address like 02:00:00:00:00:01";
        MacAddress mac = mac(expected);
        if (!mac.isUnicast()) {
            throw unexpected(expected);
        }
        return mac;
    }

    private MacAddress mac(String expected) {
        String text = scalar(Tag.STR);
        if (text == null) {
            throw unexpected(expected);
        }
        try {
            return MacAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw unexpected(expected);
        }
    }

    /// A file; what is relative is relative to the directory of the document.
    Path path() {
        String text = anyText("file name");
        if (text.isEmpty()) {
            throw unexpected("file name");
        }
        try {
            return directory.resolve(text).normalize();
        } catch (InvalidPathException e) {
            throw unexpected("file name");
        }
    }

    @Override
    public String toString() {
        return at + ": " + shown();
    }

    /// `one of a, b, c`, or the only one there is.
    static String oneOfThese(List<String> names) {
        return names.size() == 1 ? names.getFirst() : "one of " + listed(names);
    }

    /// The values, at most a dozen of them, as a message lists them.
    static String listed(List<?> values) {
        int shown = 12;
        String rest = values.size() > shown ? ", ..." : "";
        return values.stream().limit(shown).map(String::valueOf).collect(Collectors.joining(", "))
                + rest;
    }
}
