package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import io.xdp4j.core.device.ChainedProgram;
import java.util.LinkedHashMap;
import java.util.Map;

/// A program that is to run on a device.
///
/// @param ifindex the device
/// @param program id of a loaded program
/// @param mode where it runs
/// @param priority lower runs earlier; 0 for the only program of the device, else it joins others
/// @param chainActions with a priority: bit `1 << action` for each action after which the next runs
/// @param noExist fail with EBUSY when there is a program (`XDP_FLAGS_UPDATE_IF_NOEXIST`)
/// @param expected id of the program to replace (`XDP_FLAGS_REPLACE`), 0 for any
/// @param persistent true when it stays after the session
public record AttachRequest(
        int ifindex,
        int program,
        AttachMode mode,
        int priority,
        int chainActions,
        boolean noExist,
        int expected,
        boolean persistent) {

    private static final int DEFAULT_ACTIONS = ChainedProgram.DEFAULT_ACTIONS;

    /// Attaches where no program is.
    public static AttachRequest of(int ifindex, int program) {
        return new AttachRequest(
                ifindex, program, AttachMode.UNSPECIFIED, 0, DEFAULT_ACTIONS, true, 0, false);
    }

    public AttachRequest withMode(AttachMode to) {
        return with(to, priority, chainActions, noExist, expected, persistent);
    }

    /// Joins other programs, libxdp's way.
    public AttachRequest withPriority(int to, int actions) {
        return with(mode, to, actions, noExist, expected, persistent);
    }

    /// With `force`, replaces what is there.
    public AttachRequest withForce(boolean force) {
        return with(mode, priority, chainActions, !force, expected, persistent);
    }

    /// Replaces the program with that id and no other.
    public AttachRequest withExpected(int to) {
        return with(mode, priority, chainActions, false, to, persistent);
    }

    public AttachRequest withPersistent(boolean to) {
        return with(mode, priority, chainActions, noExist, expected, to);
    }

    private AttachRequest with(
            AttachMode newMode,
            int newPriority,
            int actions,
            boolean onlyNew,
            int newExpected,
            boolean stays) {
        return new AttachRequest(
                ifindex, program, newMode, newPriority, actions, onlyNew, newExpected, stays);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ifindex", ifindex);
        json.put("program", program);
        json.put("mode", mode.name());
        json.put("priority", priority);
        json.put("chain_call_actions", chainActions);
        json.put("no_exist", noExist);
        json.put("expected", expected);
        json.put("persistent", persistent);
        return json;
    }

    static AttachRequest parse(Json json) {
        return new AttachRequest(
                (int) json.at("ifindex").number(1, Integer.MAX_VALUE),
                (int) json.at("program").number(1, Integer.MAX_VALUE),
                Words.of(AttachMode.class, json.at("mode")),
                json.at("priority").number(0, Integer.MAX_VALUE, 0),
                json.at("chain_call_actions").number(0, 31, DEFAULT_ACTIONS),
                json.at("no_exist").flag(false),
                json.at("expected").number(0, Integer.MAX_VALUE, 0),
                json.at("persistent").flag(false));
    }
}
