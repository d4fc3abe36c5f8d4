package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.MAP_KEY;
import static io.xdp4j.ebpf.helper.ArgType.MAP_VALUE;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MAP_VALUE;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.PACKET_ACCESS;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.helper.RetType.MAP_VALUE_OR_NULL;

import java.util.List;

/// Maps: elements, queues, per-CPU values.
final class MapHelpers {
    private MapHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(1, "map_lookup_elem", MAP_VALUE_OR_NULL, CONST_MAP_PTR, MAP_KEY)
                        .with(PACKET_ACCESS),
                HelperProto.of(
                                2,
                                "map_update_elem",
                                INTEGER,
                                CONST_MAP_PTR,
                                MAP_KEY,
                                MAP_VALUE,
                                ANYTHING)
                        .with(PACKET_ACCESS),
                HelperProto.of(3, "map_delete_elem", INTEGER, CONST_MAP_PTR, MAP_KEY)
                        .with(PACKET_ACCESS),
                HelperProto.of(87, "map_push_elem", INTEGER, CONST_MAP_PTR, MAP_VALUE, ANYTHING)
                        .with(PACKET_ACCESS),
                HelperProto.of(88, "map_pop_elem", INTEGER, CONST_MAP_PTR, UNINIT_MAP_VALUE),
                HelperProto.of(89, "map_peek_elem", INTEGER, CONST_MAP_PTR, UNINIT_MAP_VALUE),
                HelperProto.of(
                                195,
                                "map_lookup_percpu_elem",
                                MAP_VALUE_OR_NULL,
                                CONST_MAP_PTR,
                                MAP_KEY,
                                ANYTHING)
                        .with(PACKET_ACCESS));
    }
}
