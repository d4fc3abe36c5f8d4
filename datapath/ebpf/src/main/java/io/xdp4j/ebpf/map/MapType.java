package io.xdp4j.ebpf.map;

import org.jspecify.annotations.Nullable;

/// Kernel: `enum bpf_map_type`.
public enum MapType {
    HASH(1),
    ARRAY(2),
    PROG_ARRAY(3),
    PERF_EVENT_ARRAY(4),
    PERCPU_HASH(5),
    PERCPU_ARRAY(6),
    STACK_TRACE(7),
    CGROUP_ARRAY(8),
    LRU_HASH(9),
    LRU_PERCPU_HASH(10),
    LPM_TRIE(11),
    ARRAY_OF_MAPS(12),
    HASH_OF_MAPS(13),
    DEVMAP(14),
    SOCKMAP(15),
    CPUMAP(16),
    XSKMAP(17),
    SOCKHASH(18),
    CGROUP_STORAGE(19),
    REUSEPORT_SOCKARRAY(20),
    PERCPU_CGROUP_STORAGE(21),
    QUEUE(22),
    STACK(23),
    SK_STORAGE(24),
    DEVMAP_HASH(25),
    STRUCT_OPS(26),
    RINGBUF(27),
    INODE_STORAGE(28),
    TASK_STORAGE(29),
    BLOOM_FILTER(30),
    USER_RINGBUF(31),
    CGRP_STORAGE(32),
    ARENA(33);

    private final int number;

    MapType(int number) {
        this.number = number;
    }

    /// The kernel's number.
    public int number() {
        return number;
    }

    /// The name `bpftool` prints: `lru_hash`, `percpu_array`.
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /// True when each CPU has a value of its own.
    public boolean isPerCpu() {
        return switch (this) {
            case PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH, PERCPU_CGROUP_STORAGE -> true;
            default -> false;
        };
    }

    /// True when values are other maps.
    public boolean holdsMaps() {
        return this == ARRAY_OF_MAPS || this == HASH_OF_MAPS;
    }

    /// The type with the kernel's number, or null.
    public static @Nullable MapType of(int number) {
        return number >= 1 && number <= values().length ? values()[number - 1] : null;
    }

    /// The type with that name, in either case, or null.
    public static @Nullable MapType of(String text) {
        for (MapType type : values()) {
            if (type.name().equalsIgnoreCase(text)) {
                return type;
            }
        }
        return null;
    }
}
