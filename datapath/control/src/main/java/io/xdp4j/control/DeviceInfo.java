package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A device: what does not change by itself. Counters are in [Snapshot].
///
/// @param transport how frames reach it: `af_packet`, `veth`, ...
/// @param mac address in the low 48 bits
/// @param workers the worker of each receive queue
/// @param attached programs in the order they run
public record DeviceInfo(
        String name,
        int ifindex,
        String transport,
        long mac,
        int mtu,
        boolean up,
        List<Integer> workers,
        List<Attachment> attached) {
    public DeviceInfo {
        workers = List.copyOf(workers);
        attached = List.copyOf(attached);
    }

    /// True for an interface of the host.
    public boolean isHostInterface() {
        return transport.startsWith("af_");
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("ifindex", ifindex);
        json.put("transport", transport);
        json.put("mac", mac);
        json.put("mtu", mtu);
        json.put("up", up);
        json.put("workers", workers);
        json.put("attached", attached.stream().map(Attachment::json).toList());
        return json;
    }

    static DeviceInfo parse(Json json) {
        return new DeviceInfo(
                json.at("name").text(),
                (int) json.at("ifindex").number(1, Integer.MAX_VALUE),
                json.at("transport").text(),
                json.at("mac").number(0, (1L << 48) - 1),
                (int) json.at("mtu").number(0, Integer.MAX_VALUE),
                json.at("up").flag(false),
                json.at("workers").list().stream().map(w -> (int) w.number(0, 63)).toList(),
                json.at("attached").list().stream().map(Attachment::parse).toList());
    }
}
