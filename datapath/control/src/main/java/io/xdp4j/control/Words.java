package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.Arrays;

/// Words of enums in JSON.
final class Words {
    private Words() {}

    static <E extends Enum<E>> E of(Class<E> type, Json json) {
        String text = json.text();
        for (E word : type.getEnumConstants()) {
            if (word.name().equals(text)) {
                return word;
            }
        }
        throw json.unexpected("one of " + Arrays.toString(type.getEnumConstants()));
    }
}
