package io.xdp4j.conformance.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// A JSON value that a tool printed.
///
/// Thread: any.
/// Fails: `AssertionError` with the whole value for what is not there.
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonFactory STRICT =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final @Nullable Object value;

    private Json(@Nullable Object value) {
        this.value = value;
    }

    /// Reads one value of ours, with no property twice and nothing after it.
    public static Json parse(String text) {
        return parse(text, STRICT);
    }

    /// Reads one value of another tool. Of a property that is there twice the last counts.
    public static Json parseForeign(String text) {
        return parse(text, FACTORY);
    }

    private static Json parse(String text, JsonFactory factory) {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            Json json = new Json(read(parser));
            if (parser.nextToken() != null) {
                throw new AssertionError("more than one JSON value: " + text);
            }
            return json;
        }
    }

    private static @Nullable Object read(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> readObject(parser);
            case START_ARRAY -> readArray(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new AssertionError("token: " + parser.currentToken());
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

    /// The value at a way of property names and, in arrays, the `name` of an element.
    public Json at(String... way) {
        Json here = this;
        for (String step : way) {
            here = here.step(step);
        }
        return here;
    }

    private Json step(String name) {
        if (value instanceof Map<?, ?> object && object.containsKey(name)) {
            return new Json(object.get(name));
        }
        if (value instanceof List<?>) {
            for (Json element : list()) {
                if (element.has("name") && element.at("name").text().equals(name)) {
                    return element;
                }
            }
        }
        throw new AssertionError("no " + name + " in " + this);
    }

    public boolean has(String property) {
        return value instanceof Map<?, ?> object && object.containsKey(property);
    }

    public boolean isObject() {
        return value instanceof Map<?, ?>;
    }

    public boolean isList() {
        return value instanceof List<?>;
    }

    public boolean isText() {
        return value instanceof String;
    }

    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        if (value instanceof Map<?, ?> object) {
            object.keySet().forEach(key -> names.add(String.valueOf(key)));
        }
        return names;
    }

    public List<Json> list() {
        if (value instanceof List<?> array) {
            return array.stream().map(Json::new).toList();
        }
        throw new AssertionError("no array: " + this);
    }

    public long number() {
        if (value instanceof Number number) {
            return number.longValue();
        }
        throw new AssertionError("no number: " + this);
    }

    public String text() {
        if (value instanceof String text) {
            return text;
        }
        throw new AssertionError("no text: " + this);
    }

    public boolean isTrue() {
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw new AssertionError("no flag: " + this);
    }

    @Override
    public String toString() {
        return String.valueOf(value);
    }
}
