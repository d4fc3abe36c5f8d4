package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A map whose values are read and written in place, with the names their BTF gives.
///
/// ```java
/// MapView flows = MapView.of(map);
/// StructField packets = flows.field("packets");
/// StructView flow = flows.get(key);
/// long n = flow == null ? 0 : flow.get(packets);
/// ```
///
/// Thread: any.
/// Fails: [IllegalArgumentException] for maps without BTF or whose values programs do not point
/// into, and for fields that are not there.
public final class MapView {
    private static final int MOST_ANONYMOUS = 32;

    private final BpfMap map;
    private final BtfSpec btf;
    private final int typeId;
    private final Map<String, StructField> fields = new ConcurrentHashMap<>();

    private MapView(BpfMap map, BtfSpec btf, int typeId) {
        this.map = map;
        this.btf = btf;
        this.typeId = typeId;
    }

    /// A view by the value type that the map was made with.
    public static MapView of(BpfMap map) {
        BtfSpec btf = map.spec().btf();
        int typeId = map.spec().btfValueTypeId();
        if (btf == null || typeId == 0) {
            throw new IllegalArgumentException(
                    map
                            + ": no BTF for its values; compile the object with -g and a .maps section");
        }
        return of(map, btf, typeId);
    }

    /// A view by a type of the caller's.
    public static MapView of(BpfMap map, BtfSpec btf, int typeId) {
        boolean hasValues =
                switch (map.type()) {
                    case HASH,
                            ARRAY,
                            PERCPU_HASH,
                            PERCPU_ARRAY,
                            LRU_HASH,
                            LRU_PERCPU_HASH,
                            LPM_TRIE ->
                            true;
                    default -> false;
                };
        if (!hasValues) {
            throw new IllegalArgumentException(map + ": values of its type lie nowhere");
        }
        int size = btf.sizeOf(typeId);
        if (size > map.valueSize()) {
            throw new IllegalArgumentException(
                    map
                            + ": type "
                            + btf.text(typeId)
                            + " of "
                            + size
                            + " bytes (expected: at most the value's "
                            + map.valueSize()
                            + ")");
        }
        return new MapView(map, btf, typeId);
    }

    /// The value in place, CPU 0's in per-CPU maps; null when there is none. Counts as a use of the
    /// entry in LRU maps.
    public @Nullable StructView get(byte[] key) {
        return get(key, 0);
    }

    /// The value of one CPU.
    public @Nullable StructView get(byte[] key, int cpu) {
        if (cpu < 0 || cpu >= map.cpus()) {
            throw new IllegalArgumentException(
                    "cpu: " + cpu + " (expected: 0.." + (map.cpus() - 1) + ")");
        }
        long address = map.addressOf(key, cpu);
        return address == 0 ? null : new StructView(this, address);
    }

    /// A field's sum over all CPUs; 0 when there is no entry.
    public long sum(byte[] key, StructField field) {
        long sum = 0;
        for (int cpu = 0; cpu < (map.type().isPerCpu() ? map.cpus() : 1); cpu++) {
            long address = map.addressOf(key, cpu);
            sum += address == 0 ? 0 : field.get(address);
        }
        return sum;
    }

    void requireWritable() {
        map.requireWrite();
    }

    // ---- fields

    /// The place of a field: names and indexes as in C, `stats[1].packets`; empty for the value
    /// itself. Members of anonymous structs are found without them.
    public StructField field(String path) {
        return fields.computeIfAbsent(path, this::find);
    }

    private StructField find(String path) {
        Place place = new Place(typeId, 0, 0);
        int at = 0;
        while (at < path.length()) {
            int end = at + 1;
            while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                end++;
            }
            String step = path.substring(path.charAt(at) == '.' ? at + 1 : at, end);
            place = step.startsWith("[") ? element(place, step, path) : member(place, step, path);
            at = end;
        }
        return place.field(btf, path);
    }

    /// Where a step of a path has led.
    private record Place(int typeId, int bitOffset, int bits) {
        StructField field(BtfSpec btf, String path) {
            BtfType type = btf.resolved(typeId);
            boolean isSigned =
                    (type instanceof BtfType.Int number && number.signed())
                            || (type instanceof BtfType.Enumeration values && values.signed());
            int offset = bitOffset >> 3;
            return new StructField(path, offset, btf.sizeOf(typeId), bitOffset & 7, bits, isSigned);
        }
    }

    private Place element(Place array, String step, String path) {
        long index;
        try {
            index = Long.parseLong(step.substring(1, step.length() - 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(path + ": " + step + " (expected: [number])", e);
        }
        if (!(btf.resolved(array.typeId()) instanceof BtfType.Array type)
                || index < 0
                || index >= type.count()) {
            throw new IllegalArgumentException(
                    path + ": no element " + step + " in " + btf.text(array.typeId()));
        }
        long bits = index * btf.sizeOf(type.element()) * 8;
        return new Place(type.element(), Math.toIntExact(array.bitOffset() + bits), 0);
    }

    private Place member(Place struct, String name, String path) {
        Place found = memberIn(struct, name, 0);
        if (found == null) {
            throw new IllegalArgumentException(
                    path + ": no field " + name + " in " + btf.text(struct.typeId()));
        }
        return found;
    }

    private @Nullable Place memberIn(Place struct, String name, int depth) {
        if (!(btf.resolved(struct.typeId()) instanceof BtfType.Struct type)
                || depth > MOST_ANONYMOUS) {
            return null;
        }
        for (BtfType.Member member : type.members()) {
            int at = struct.bitOffset() + member.bitOffset();
            Place place = new Place(member.typeId(), at, member.bitfieldSize());
            Place found = null;
            if (member.name().equals(name)) {
                found = place;
            } else if (member.name().isEmpty()) {
                found = memberIn(place, name, depth + 1);
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
