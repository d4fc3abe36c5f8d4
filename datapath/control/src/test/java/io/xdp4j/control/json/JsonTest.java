package io.xdp4j.control.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonTest {
    private static final String SETUP =
            """
            {"maps": [{"key": "0a 0B", "n": 4294967295, "bad": "xyz", "yes": true}], "none": null}
            """;

    @Test
    void walksToValues() {
        Json entry = Json.parse(SETUP, "s.json").at("maps").list().getFirst();
        assertThat(entry.at("key").hex()).containsExactly(10, 11);
        assertThat(entry.at("n").bits32(0)).isEqualTo(-1);
        assertThat(entry.at("yes").flag(false)).isTrue();
        assertThat(entry.at("absent").at("deeper").isPresent()).isFalse();
        assertThat(entry.at("absent").number(0, 9, 7)).isEqualTo(7);
    }

    @Test
    void nullIsAbsent() {
        Json none = Json.parse(SETUP, "s.json").at("none");
        assertThat(none.isPresent()).isFalse();
        assertThat(none.list()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    bad    | s.json.maps[0].bad: \"\"xyz\"\" (expected: bytes as pairs of hex digits)
                    absent | s.json.maps[0].absent: is missing (expected: a string)
                    n      | s.json.maps[0].n: 4294967295 (expected: a string)
                    """)
    void saysWhereAndWhatWasExpected(String property, String message) {
        Json entry = Json.parse(SETUP, "s.json").at("maps").list().getFirst();
        assertThatThrownBy(() -> entry.at(property).hex())
                .isInstanceOf(JsonException.class)
                .hasMessage(message.replace("\"\"", "\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"a": 1,}   | s.json:1:
                    {} {}       | s.json: has more than one JSON value
                    [1, 2       | s.json:1:
                    """)
    void refusesWhatIsNoJson(String text, String message) {
        assertThatThrownBy(() -> Json.parse(text, "s.json"))
                .isInstanceOf(JsonException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void writesWhatItReads() {
        String text = "{\"a\":[1,\"x\",null,true,{\"b\":1.5}],\"c\":9007199254740993}";
        assertThat(JsonText.of(Json.parse(text, "t").raw())).isEqualTo(text);
    }
}
