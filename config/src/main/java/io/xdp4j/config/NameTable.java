package io.xdp4j.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The names of one kind that the document defines, for checking references to them.
final class NameTable {
    /// What the kernel allows as a name of an interface (`dev_valid_name`), in ASCII.
    static final Pattern INTERFACE_NAME = Pattern.compile("(?!\\.{1,2}$)[!-.0-9;-~]{1,15}");

    static final String INTERFACE_NAME_EXPECTED = "name of 1..15 characters without / : or blanks";

    private static final Pattern OBJECT_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}");
    private static final String OBJECT_NAME_EXPECTED =
            "name of 1..63 letters, digits or _ . - with no . or - in front";

    private final String kind;
    private final Map<String, SourceLocation> places = new LinkedHashMap<>();

    /// @param kind what the names name, in the singular
    NameTable(String kind) {
        this.kind = kind;
    }

    /// Adds a name of a device.
    String defineDevice(ConfigNode node) {
        return define(node, node.text(INTERFACE_NAME, INTERFACE_NAME_EXPECTED));
    }

    /// Adds a name of anything else.
    String define(ConfigNode node) {
        return define(node, node.text(OBJECT_NAME, OBJECT_NAME_EXPECTED));
    }

    /// Adds the name that a thing gets when none is written.
    String defineDefault(String name, SourceLocation at) {
        return define(at.key("name"), name);
    }

    private String define(ConfigNode node, String name) {
        return define(node.at(), name);
    }

    private String define(SourceLocation at, String name) {
        SourceLocation first = places.putIfAbsent(name, at);
        if (first != null) {
            throw at.unexpected(
                    name + ": already names the " + kind + " of line " + first.line(),
                    "a name of its own");
        }
        return name;
    }

    /// The name that a reference mentions.
    String resolve(ConfigNode reference) {
        String expected =
                places.isEmpty() ? "a " + kind + ", but none is defined" : "name of a " + kind;
        String name = reference.anyText(expected);
        if (!places.containsKey(name)) {
            List<String> known = List.copyOf(places.keySet());
            throw reference
                    .at()
                    .unexpected(
                            reference.shown() + ": no such " + kind + Spelling.hint(name, known),
                            known.isEmpty() ? expected : ConfigNode.oneOfThese(known));
        }
        return name;
    }
}
