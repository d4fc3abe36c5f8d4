package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import java.util.List;

/// The maps that generated programs use.
final class Maps {
    private static final int PAGE = 4096;
    private static final int ENTRIES = 4;

    private static final MapType[] KEYED = {
        MapType.ARRAY,
        MapType.ARRAY,
        MapType.HASH,
        MapType.HASH,
        MapType.PERCPU_ARRAY,
        MapType.PERCPU_HASH,
        MapType.LRU_HASH
    };

    private Maps() {}

    /// A map with keys of four bytes and values of a few sizes.
    static MapSpec keyed(Draft d) {
        MapType type = KEYED[d.below(KEYED.length)];
        int value = d.pick(8, 16, 48, 64, 256);
        return MapSpec.of(type.text() + value, type, 4, value, ENTRIES, 0);
    }

    static MapSpec globals(Draft d) {
        return globals(d.pick(16, 64, 4096));
    }

    static MapSpec globals(int value) {
        return MapSpec.of("data" + value, MapType.ARRAY, 4, value, 1, 0);
    }

    static MapSpec outer(Draft d) {
        MapSpec inner = MapSpec.of("inner", MapType.ARRAY, 4, 16, ENTRIES, 0);
        MapType type = d.chance(2) ? MapType.ARRAY_OF_MAPS : MapType.HASH_OF_MAPS;
        return MapSpec.of(type.text(), type, 4, 4, ENTRIES, 0).withInner(inner);
    }

    static MapSpec ring() {
        return MapSpec.of("ring", MapType.RINGBUF, 0, 0, PAGE, 0);
    }

    static MapSpec queue(Draft d) {
        MapType type = d.chance(2) ? MapType.QUEUE : MapType.STACK;
        return MapSpec.of(type.text(), type, 0, 16, ENTRIES, 0);
    }

    static MapSpec programs() {
        return MapSpec.of("progs", MapType.PROG_ARRAY, 4, 4, ENTRIES, 0);
    }

    static MapSpec devices() {
        return MapSpec.of("devs", MapType.DEVMAP, 4, 4, ENTRIES, 0);
    }

    /// Values of 16 bytes that start with a spin lock.
    static MapSpec locked() {
        return new MapSpec(
                "locked",
                MapType.ARRAY,
                4,
                16,
                ENTRIES,
                0,
                0,
                null,
                List.of(new MapSpec.SpecialField("bpf_spin_lock", 0, 4)),
                BtfSpec.parse(Types.bytes(), "generated"),
                Types.INT,
                Types.LOCKED_VALUE);
    }
}
