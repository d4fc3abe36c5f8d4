package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.btf.BtfSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a map is to be; [MapFactory] makes it.
///
/// Kernel: `union bpf_attr` of `BPF_MAP_CREATE`.
///
/// @param keySize bytes
/// @param valueSize bytes of one value; per-CPU maps hold one a CPU
/// @param maxEntries entries, or bytes for ring buffers
/// @param flags [MapFlags]
/// @param mapExtra `map_extra`: hash functions of a bloom filter
/// @param inner what the values of a map of maps look like
/// @param fields special fields of the value, from BTF or told
/// @param btf types of key and value
public record MapSpec(
        String name,
        MapType type,
        int keySize,
        int valueSize,
        int maxEntries,
        int flags,
        long mapExtra,
        @Nullable MapSpec inner,
        List<SpecialField> fields,
        @Nullable BtfSpec btf,
        int btfKeyTypeId,
        int btfValueTypeId) {
    /// A field of the value that the kernel manages (`bpf_spin_lock`, `bpf_timer`, `kptr`, ...).
    ///
    /// @param kind its type's name
    /// @param offset bytes from the value's start
    /// @param size bytes
    /// @param typeId of a pointer, what it points to; of a list or tree, what is in it; else 0
    /// @param nodeOffset of a list or tree: where its elements have their node
    public record SpecialField(String kind, int offset, int size, int typeId, int nodeOffset) {
        /// A field that says nothing of other types.
        public SpecialField(String kind, int offset, int size) {
            this(kind, offset, size, 0, 0);
        }
    }

    public MapSpec {
        fields = List.copyOf(fields);
    }

    /// A plain map without BTF.
    public static MapSpec of(
            String name, MapType type, int keySize, int valueSize, int maxEntries, int flags) {
        return new MapSpec(
                name, type, keySize, valueSize, maxEntries, flags, 0, null, List.of(), null, 0, 0);
    }

    public MapSpec withMaxEntries(int to) {
        return new MapSpec(
                name,
                type,
                keySize,
                valueSize,
                to,
                flags,
                mapExtra,
                inner,
                fields,
                btf,
                btfKeyTypeId,
                btfValueTypeId);
    }

    public MapSpec withInner(MapSpec to) {
        return new MapSpec(
                name,
                type,
                keySize,
                valueSize,
                maxEntries,
                flags,
                mapExtra,
                to,
                fields,
                btf,
                btfKeyTypeId,
                btfValueTypeId);
    }

    /// The special field of that kind, or null.
    public @Nullable SpecialField field(String kind) {
        for (SpecialField field : fields) {
            if (field.kind().equals(kind)) {
                return field;
            }
        }
        return null;
    }

    /// True when programs can use one for the other.
    public boolean hasShapeOf(MapSpec other) {
        return type == other.type
                && keySize == other.keySize
                && valueSize == other.valueSize
                && maxEntries == other.maxEntries
                && flags == other.flags
                && mapExtra == other.mapExtra;
    }

    /// What [#hasShapeOf] compares, in `bpftool`'s words.
    public String shape() {
        return "%s, key %dB value %dB max_entries %d flags 0x%x map_extra 0x%x"
                .formatted(type.text(), keySize, valueSize, maxEntries, flags, mapExtra);
    }
}
