package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapSpec.SpecialField;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.SpecialFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the shape of a map: `{"type":"hash","key_size":4,...}`.
final class MapJson {
    private MapJson() {}

    /// @param name for a map that does not say its own
    static MapSpec spec(Json map, String name) {
        MapType type = type(map.at("type"));
        Json inner = map.at("inner");
        Json btf = map.at("btf");
        BtfSpec types = btf.isPresent() ? BtfSpec.parse(btf.hex(), btf.place()) : null;
        int valueType = map.at("btf_value_type_id").bits32(0);
        return new MapSpec(
                map.at("name").text(name),
                type,
                map.at("key_size").bits32(0),
                map.at("value_size").bits32(0),
                map.at("max_entries").bits32(0),
                map.at("flags").bits32(0),
                map.at("map_extra").isPresent() ? map.at("map_extra").number(0, Long.MAX_VALUE) : 0,
                inner.isObject() ? spec(inner, "inner") : null,
                fields(map.at("fields"), types, valueType),
                types,
                map.at("btf_key_type_id").bits32(0),
                valueType);
    }

    /// Fields as the request tells them, else as the types do.
    private static List<SpecialField> fields(Json told, @Nullable BtfSpec types, int valueType) {
        return told.isPresent() || types == null || valueType == 0
                ? fields(told)
                : SpecialFields.of(types, valueType);
    }

    private static MapType type(Json type) {
        @Nullable MapType found =
                type.isText() ? MapType.of(type.text()) : MapType.of(type.bits32(0));
        if (found == null) {
            throw type.unexpected("a map type as bpftool spells it");
        }
        return found;
    }

    private static List<SpecialField> fields(Json fields) {
        List<SpecialField> all = new ArrayList<>();
        for (Json field : fields.list()) {
            List<Json> pair = field.list();
            if (pair.size() < 2) {
                throw field.unexpected("a kind and an offset");
            }
            String kind = pair.get(0).text();
            int offset = (int) pair.get(1).number(0, Integer.MAX_VALUE);
            all.add(new SpecialField(kind, offset, sizeOf(kind)));
        }
        return all;
    }

    private static int sizeOf(String kind) {
        return switch (kind) {
            case "bpf_spin_lock", "bpf_res_spin_lock", "bpf_refcount" -> 4;
            case "bpf_timer", "bpf_wq", "bpf_list_head", "bpf_rb_root" -> 16;
            case "bpf_list_node" -> 24;
            case "bpf_rb_node" -> 32;
            default -> 8;
        };
    }
}
