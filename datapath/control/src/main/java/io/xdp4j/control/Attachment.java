package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// A program on a device.
///
/// @param program its id
/// @param name the program's
/// @param mode where it runs
/// @param priority lower runs earlier; 0 for a program that is alone
public record Attachment(int program, String name, AttachMode mode, int priority) {
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("program", program);
        json.put("name", name);
        json.put("mode", mode.name());
        json.put("priority", priority);
        return json;
    }

    static Attachment parse(Json json) {
        return new Attachment(
                (int) json.at("program").number(0, Integer.MAX_VALUE),
                json.at("name").text(),
                Words.of(AttachMode.class, json.at("mode")),
                json.at("priority").number(0, Integer.MAX_VALUE, 0));
    }
}
