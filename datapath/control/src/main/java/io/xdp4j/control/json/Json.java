package io.xdp4j.control.json;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// A JSON value, or its absence, that knows where it stands.
///
/// Of a property that is there twice the last counts. A null is as good as absent.
///
/// Thread: any.
/// Fails: [JsonException] with the place, what was found and what was expected.
public final class Json {
    private static final int MAX_STRING_CHARS = 256 << 20;
    private static final int SHOWN_CHARS = 40;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxStringLength(MAX_STRING_CHARS)
                                    .build())
                    .build();

    private final String place;
    private final @Nullable Object value;

    private Json(String place, @Nullable Object value) {
        this.place = place;
        this.value = value;
    }

    /// Reads the one value that a text has.
    ///
    /// @param name of the text, for messages
    public static Json parse(String text, String name) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                throw new JsonException(name + ": is empty (expected: a JSON value)");
            }
            Json json = new Json(name, read(parser));
            if (parser.nextToken() != null) {
                throw new JsonException(name + ": has more than one JSON value (expected: one)");
            }
            return json;
        } catch (JacksonException e) {
            String where =
                    e.getLocation() == null
                            ? ""
                            : ":"
                                    + e.getLocation().getLineNr()
                                    + ":"
                                    + e.getLocation().getColumnNr();
            throw new JsonException(
                    name + where + ": no valid JSON: " + firstLine(e.getOriginalMessage()), e);
        }
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }

    private static @Nullable Object read(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> readObject(parser);
            case START_ARRAY -> readArray(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    private static Map<String, @Nullable Object> readObject(JsonParser parser) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            object.put(name, read(parser));
        }
        return object;
    }

    private static List<@Nullable Object> readArray(JsonParser parser) {
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(read(parser));
        }
        return array;
    }

    /// The property of an object; absent when the object is absent or lacks it.
    public Json at(String name) {
        String there = place + "." + name;
        if (value == null) {
            return new Json(there, null);
        }
        if (value instanceof Map<?, ?> object) {
            return new Json(there, object.get(name));
        }
        throw unexpected("an object");
    }

    public boolean isPresent() {
        return value != null;
    }

    public boolean isObject() {
        return value instanceof Map<?, ?>;
    }

    public boolean isText() {
        return value instanceof String;
    }

    /// The elements of an array; none when it is absent.
    public List<Json> list() {
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> array) {
            List<Json> elements = new ArrayList<>(array.size());
            for (Object element : array) {
                elements.add(new Json(place + "[" + elements.size() + "]", element));
            }
            return elements;
        }
        throw unexpected("an array");
    }

    /// The elements of an array of that many.
    public List<Json> list(int size) {
        List<Json> elements = list();
        if (elements.size() != size) {
            throw unexpected("an array of " + size);
        }
        return elements;
    }

    /// The properties of an object; none when it is absent.
    public Map<String, Json> properties() {
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> object) {
            Map<String, Json> properties = new LinkedHashMap<>();
            object.forEach((key, element) ->
                    properties.put(String.valueOf(key), new Json(place + "." + key, element)));
            return properties;
        }
        throw unexpected("an object");
    }

    public String text() {
        if (value instanceof String text) {
            return text;
        }
        throw unexpected("a string");
    }

    public String text(String otherwise) {
        return value == null ? otherwise : text();
    }

    /// A whole number within bounds.
    public long number(long least, long most) {
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw unexpected("a whole number " + least + ".." + most);
    }

    public int number(int least, int most, int otherwise) {
        return value == null ? otherwise : (int) number(least, most);
    }

    /// A number of 32 bits, signed or unsigned.
    public int bits32(int otherwise) {
        return value == null ? otherwise : (int) number(Integer.MIN_VALUE, 0xffff_ffffL);
    }

    public boolean flag(boolean otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw unexpected("true or false");
    }

    /// Bytes in hex, blanks allowed between them.
    public byte[] hex() {
        String digits = text();
        if (digits.indexOf(' ') >= 0) {
            digits = digits.replace(" ", "");
        }
        try {
            return HexFormat.of().parseHex(digits.startsWith("0x") ? digits.substring(2) : digits);
        } catch (IllegalArgumentException e) {
            throw new JsonException(
                    place + ": " + shown() + " (expected: bytes as pairs of hex digits)", e);
        }
    }

    /// The value as this package writes it: maps, lists, strings, numbers; null when absent.
    public @Nullable Object raw() {
        return value;
    }

    /// What is wrong with this value.
    public JsonException unexpected(String expected) {
        return new JsonException(place + ": " + shown() + " (expected: " + expected + ")");
    }

    private String shown() {
        if (value == null) {
            return "is missing";
        }
        String text = JsonText.of(value);
        return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "...";
    }

    /// Where it stands: `setup.json.maps[2].key`.
    public String place() {
        return place;
    }

    @Override
    public String toString() {
        return place + ": " + shown();
    }
}
