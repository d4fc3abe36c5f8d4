package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.map.MapType;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Which helper takes which type of map.
///
/// Kernel: `check_map_func_compatibility`.
final class MapCompatibility {
    /// Map types that only some helpers take.
    private static final Map<MapType, Set<Integer>> HELPERS = helpers();

    /// Helpers that only take some map types.
    private static final Map<Integer, Set<MapType>> TYPES = types();

    private MapCompatibility() {}

    private static Map<MapType, Set<Integer>> helpers() {
        Map<MapType, Set<Integer>> by = new EnumMap<>(MapType.class);
        by.put(MapType.PROG_ARRAY, Set.of(12));
        by.put(MapType.PERF_EVENT_ARRAY, Set.of(22, 25, 55, 111, 121));
        by.put(MapType.RINGBUF, Set.of(130, 131, 134, 198, 199, 200));
        by.put(MapType.USER_RINGBUF, Set.of(209));
        by.put(MapType.STACK_TRACE, Set.of(27));
        by.put(MapType.CGROUP_ARRAY, Set.of(33, 37));
        by.put(MapType.CGROUP_STORAGE, Set.of(81));
        by.put(MapType.PERCPU_CGROUP_STORAGE, Set.of(81));
        by.put(MapType.DEVMAP, Set.of(51, 1));
        by.put(MapType.DEVMAP_HASH, Set.of(51, 1));
        by.put(MapType.CPUMAP, Set.of(51));
        by.put(MapType.XSKMAP, Set.of(51, 1));
        by.put(MapType.ARRAY_OF_MAPS, Set.of(1));
        by.put(MapType.HASH_OF_MAPS, Set.of(1));
        by.put(MapType.SOCKMAP, Set.of(52, 53, 60, 82, 1, 2, 3));
        by.put(MapType.SOCKHASH, Set.of(72, 70, 71, 82, 1, 2, 3));
        by.put(MapType.REUSEPORT_SOCKARRAY, Set.of(82));
        by.put(MapType.QUEUE, Set.of(89, 88, 87));
        by.put(MapType.STACK, Set.of(89, 88, 87));
        by.put(MapType.SK_STORAGE, Set.of(107, 108, 194));
        by.put(MapType.INODE_STORAGE, Set.of(145, 146, 194));
        by.put(MapType.TASK_STORAGE, Set.of(156, 157, 194));
        by.put(MapType.CGRP_STORAGE, Set.of(210, 211, 194));
        by.put(MapType.BLOOM_FILTER, Set.of(89, 87));
        return by;
    }

    private static Map<Integer, Set<MapType>> types() {
        Map<Integer, Set<MapType>> by = new HashMap<>();
        by.put(12, EnumSet.of(MapType.PROG_ARRAY));
        for (int helper : new int[] {22, 25, 55, 111, 121}) {
            by.put(helper, EnumSet.of(MapType.PERF_EVENT_ARRAY));
        }
        for (int helper : new int[] {130, 131, 134, 198, 199, 200}) {
            by.put(helper, EnumSet.of(MapType.RINGBUF));
        }
        by.put(209, EnumSet.of(MapType.USER_RINGBUF));
        by.put(27, EnumSet.of(MapType.STACK_TRACE));
        by.put(33, EnumSet.of(MapType.CGROUP_ARRAY));
        by.put(37, EnumSet.of(MapType.CGROUP_ARRAY));
        by.put(51, EnumSet.of(MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP, MapType.XSKMAP));
        for (int helper : new int[] {52, 53, 60}) {
            by.put(helper, EnumSet.of(MapType.SOCKMAP));
        }
        for (int helper : new int[] {70, 71, 72}) {
            by.put(helper, EnumSet.of(MapType.SOCKHASH));
        }
        by.put(81, EnumSet.of(MapType.CGROUP_STORAGE, MapType.PERCPU_CGROUP_STORAGE));
        by.put(82, EnumSet.of(MapType.REUSEPORT_SOCKARRAY, MapType.SOCKMAP, MapType.SOCKHASH));
        by.put(88, EnumSet.of(MapType.QUEUE, MapType.STACK));
        by.put(87, EnumSet.of(MapType.QUEUE, MapType.STACK, MapType.BLOOM_FILTER));
        by.put(89, EnumSet.of(MapType.QUEUE, MapType.STACK, MapType.BLOOM_FILTER));
        by.put(195, EnumSet.of(MapType.PERCPU_ARRAY, MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH));
        by.put(107, EnumSet.of(MapType.SK_STORAGE));
        by.put(108, EnumSet.of(MapType.SK_STORAGE));
        return by;
    }

    static boolean allows(MapType type, int helper) {
        Set<Integer> helpers = HELPERS.get(type);
        Set<MapType> types = TYPES.get(helper);
        return (helpers == null || helpers.contains(helper))
                && (types == null || types.contains(type));
    }
}
