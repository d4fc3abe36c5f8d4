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
/// @param chainActions with a priority: bit `1 << action` for each action after which the next runs
public record Attachment(
        int program, String name, AttachMode mode, int priority, int chainActions) {
    /// True for a member of a chain, also when it is the only one.
    public boolean isChained() {
        return priority != 0;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("program", program);
        json.put("name", name);
        json.put("mode", mode.name());
        json.put("priority", priority);
        json.put("chain_actions", chainActions);
        return json;
    }

    static Attachment parse(Json json) {
        return new Attachment(
                (int) json.at("program").number(0, Integer.MAX_VALUE),
                json.at("name").text(),
                Words.of(AttachMode.class, json.at("mode")),
                json.at("priority").number(0, Integer.MAX_VALUE, 0),
                json.at("chain_actions").number(0, 31, 0));
    }
}
