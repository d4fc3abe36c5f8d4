package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;

/// The look-up of one hash map, all it needs at hand, for compiled programs: by the key's address, or
/// by the key itself where the program has it in registers.
///
/// Records only, since HotSpot takes the components of a constant record for constants.
///
/// Thread: any.
/// Kernel: `htab_map_gen_lookup`, kernel/bpf/hashtab.c.
@HotPath
public sealed interface HashLookup {
    Buckets buckets();

    /// Address of the CPU's value in an element that was found.
    long value(long element, int cpu);

    /// Address of the value, or 0.
    default long lookup(long key, int cpu) {
        return valueOrNull(buckets().find(key), cpu);
    }

    /// [#lookup] for keys of four bytes.
    default long lookup4(int key, int cpu) {
        return valueOrNull(buckets().find4(key), cpu);
    }

    /// [#lookup] for keys of eight bytes.
    default long lookup8(long key, int cpu) {
        return valueOrNull(buckets().find8(key), cpu);
    }

    /// [#lookup] for keys of 16 bytes.
    default long lookup16(long low, long high, int cpu) {
        return valueOrNull(buckets().find16(low, high), cpu);
    }

    /// [#lookup] for keys of 24 bytes.
    default long lookup24(long first, long second, long third, int cpu) {
        return valueOrNull(buckets().find24(first, second, third), cpu);
    }

    private long valueOrNull(long element, int cpu) {
        return element == 0 ? 0 : value(element, cpu);
    }

    /// Of a [HashMap].
    record Plain(Buckets buckets, int valueOffset) implements HashLookup {
        @Override
        @HotPath
        public long value(long element, int cpu) {
            return element + valueOffset;
        }
    }

    /// Of a [PercpuHashMap].
    record PerCpu(Buckets buckets, int valueOffset, long cpuStride) implements HashLookup {
        @Override
        @HotPath
        public long value(long element, int cpu) {
            return RawMemory.getLong(element + valueOffset) + cpu * cpuStride;
        }
    }

    /// Of a [HashOfMaps]: the inner map's handle.
    record Handle(Buckets buckets, int valueOffset) implements HashLookup {
        @Override
        @HotPath
        public long value(long element, int cpu) {
            return RawAtomics.loadAcquire64(element + valueOffset);
        }
    }

    /// Of an LRU map, which notes each hit.
    record Lru(HashLookup values, int refOffset) implements HashLookup {
        @Override
        @HotPath
        public Buckets buckets() {
            return values.buckets();
        }

        @Override
        @HotPath
        public long value(long element, int cpu) {
            LruLists.touch(element + refOffset);
            return values.value(element, cpu);
        }
    }
}
