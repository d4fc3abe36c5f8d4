package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.MAP_KEY;
import static io.xdp4j.ebpf.helper.ArgType.MAP_VALUE;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MAP_VALUE;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.PACKET_ACCESS;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.helper.RetType.MAP_VALUE_OR_NULL;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Maps: elements, queues, per-CPU values.///
/// Kernel: kernel/bpf/helpers.c.
final class MapHelpers {
    private MapHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(1, "map_lookup_elem", MAP_VALUE_OR_NULL, CONST_MAP_PTR, MAP_KEY)
                        .with(PACKET_ACCESS)
                        .does(MapHelpers::lookup),
                HelperProto.of(
                                2,
                                "map_update_elem",
                                INTEGER,
                                CONST_MAP_PTR,
                                MAP_KEY,
                                MAP_VALUE,
                                ANYTHING)
                        .with(PACKET_ACCESS)
                        .does(MapHelpers::update),
                HelperProto.of(3, "map_delete_elem", INTEGER, CONST_MAP_PTR, MAP_KEY)
                        .with(PACKET_ACCESS)
                        .does(MapHelpers::delete),
                HelperProto.of(87, "map_push_elem", INTEGER, CONST_MAP_PTR, MAP_VALUE, ANYTHING)
                        .with(PACKET_ACCESS)
                        .does(MapHelpers::push),
                HelperProto.of(88, "map_pop_elem", INTEGER, CONST_MAP_PTR, UNINIT_MAP_VALUE)
                        .does(MapHelpers::pop),
                HelperProto.of(89, "map_peek_elem", INTEGER, CONST_MAP_PTR, UNINIT_MAP_VALUE)
                        .does(MapHelpers::peek),
                HelperProto.of(
                                195,
                                "map_lookup_percpu_elem",
                                MAP_VALUE_OR_NULL,
                                CONST_MAP_PTR,
                                MAP_KEY,
                                ANYTHING)
                        .with(PACKET_ACCESS)
                        .does(MapHelpers::lookupPerCpu));
    }

    @HotPath
    static long lookup(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        return map == null ? 0 : map.lookup(r2, machine.cpu());
    }

    @HotPath
    static long update(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        return map == null ? -Errno.EINVAL : map.update(r2, r3, r4, machine.cpu());
    }

    @HotPath
    static long delete(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        return map == null ? -Errno.EINVAL : map.delete(r2, machine.cpu());
    }

    @HotPath
    static long push(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        return map == null ? -Errno.EINVAL : map.push(r2, r3);
    }

    @HotPath
    static long pop(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        return map == null ? -Errno.EINVAL : map.pop(r2);
    }

    @HotPath
    static long peek(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        return map == null ? -Errno.EINVAL : map.peek(r2);
    }

    @HotPath
    static long lookupPerCpu(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        BpfMap map = machine.runtime().map(r1);
        if (map == null || Integer.compareUnsigned((int) r3, machine.runtime().cpus()) >= 0) {
            return 0;
        }
        return map.lookup(r2, (int) r3);
    }
}
