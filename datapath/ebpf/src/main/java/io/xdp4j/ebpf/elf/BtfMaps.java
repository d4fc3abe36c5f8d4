package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.MapDefinition.Slot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the section `.maps`: variables whose struct types describe maps, and relocations that say
/// which programs and maps they hold from the start.
///
/// Kernel: `bpf_object__init_user_btf_maps`, `bpf_object__collect_map_relos` of libbpf.
final class BtfMaps {
    private record Place(int section, long offset) {}

    private final ObjectParts parts;
    private final BtfSpec btf;
    private final ElfSection section;
    private final ByteBuffer bytes;
    private final Map<Place, String> functions = new HashMap<>();
    private final TreeMap<Integer, BtfMapShape> shapes = new TreeMap<>();
    private final Map<Integer, Integer> ends = new HashMap<>();

    private BtfMaps(ObjectParts parts, BtfSpec btf, ElfSection section) {
        this.parts = parts;
        this.btf = btf;
        this.section = section;
        this.bytes = ByteBuffer.wrap(parts.image().content(section)).order(ByteOrder.LITTLE_ENDIAN);
        for (ElfSymbol symbol : parts.image().symbols()) {
            if (symbol.type() == ElfSymbol.FUNC && !symbol.isUndefined()) {
                functions.putIfAbsent(new Place(symbol.section(), symbol.value()), symbol.name());
            }
        }
    }

    static void read(ObjectParts parts, MapCatalog to) {
        ElfSection section = parts.image().section(".maps");
        if (section == null || section.size() == 0 || section.isEmptyInFile()) {
            return;
        }
        BtfSpec btf = parts.btf();
        if (btf == null
                || !(btf.type(parts.dataSectionId(".maps")) instanceof BtfType.DataSection maps)) {
            throw parts.image()
                    .malformed(section, 0, "maps without BTF that describes them; compile with -g");
        }
        BtfMaps reader = new BtfMaps(parts, btf, section);
        reader.readShapes(maps);
        reader.define(to);
    }

    private void readShapes(BtfType.DataSection maps) {
        for (BtfType.SectionVar variable : maps.vars()) {
            if (!(btf.type(variable.typeId()) instanceof BtfType.Var type)
                    || !(btf.resolved(type.typeId()) instanceof BtfType.Struct struct)) {
                throw parts.image()
                        .malformed(
                                section,
                                variable.offset(),
                                "map %s is no struct"
                                        .formatted(btf.type(variable.typeId()).name()));
            }
            shapes.put(
                    variable.offset(),
                    BtfMapShape.read(parts, btf, section, type.name(), struct, initial(variable)));
            ends.put(variable.offset(), variable.offset() + variable.size());
        }
    }

    private ByteBuffer initial(BtfType.SectionVar variable) {
        return bytes.slice(variable.offset(), variable.size()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void define(MapCatalog to) {
        Map<Integer, List<Slot>> slots = new HashMap<>();
        for (ElfRelocation relocation : parts.image().relocationsOf(section)) {
            slot(relocation, slots);
        }
        shapes.forEach((offset, shape) ->
                to.add(
                        MapDefinition.of(shape.spec(), section.name())
                                .withPinning(shape.pinning())
                                .withSlots(slots.getOrDefault(offset, List.of())),
                        section,
                        offset));
    }

    /// An element of the `values` of a map: the address of a program or of another map.
    private void slot(ElfRelocation relocation, Map<Integer, List<Slot>> slots) {
        if (relocation.type() != ElfRelocation.R_BPF_64_64
                && relocation.type() != ElfRelocation.R_BPF_64_ABS64) {
            throw new UnsupportedException(
                    "%s: section %s: offset 0x%x: relocation of type %d (expected: 1 or 2)"
                            .formatted(
                                    parts.image().file(),
                                    section.name(),
                                    relocation.offset(),
                                    relocation.type()));
        }
        Map.Entry<Integer, BtfMapShape> map = shapes.floorEntry((int) relocation.offset());
        if (map == null || relocation.offset() >= ends.getOrDefault(map.getKey(), 0)) {
            throw malformed(relocation, "belongs to no map");
        }
        int from = map.getValue().valuesOffset();
        int at = (int) relocation.offset() - map.getKey() - from;
        if (from < 0 || at < 0 || at % Long.BYTES != 0) {
            throw malformed(
                    relocation, "does not stand in the values of " + map.getValue().spec().name());
        }
        slots.computeIfAbsent(map.getKey(), _ -> new ArrayList<>())
                .add(new Slot(at / Long.BYTES, target(relocation, map.getValue())));
    }

    private String target(ElfRelocation relocation, BtfMapShape map) {
        ElfSymbol symbol = relocation.symbol();
        // A static thing is named by its section, with the way into it in the patched bytes.
        long offset = symbol.value() + bytes.getLong((int) relocation.offset());
        if (map.spec().type().holdsMaps()) {
            BtfMapShape target =
                    symbol.section() == section.index() ? shapes.get((int) offset) : null;
            if (target != null) {
                return target.spec().name();
            }
        } else if (!symbol.isUndefined()) {
            String function = functions.get(new Place(symbol.section(), offset));
            if (function != null) {
                return function;
            }
        }
        throw malformed(
                relocation,
                "%s in %s is no %s"
                        .formatted(
                                symbol.label(),
                                map.spec().name(),
                                map.spec().type().holdsMaps() ? "map" : "program"));
    }

    private RuntimeException malformed(ElfRelocation relocation, String what) {
        return parts.image().malformed(section, (int) relocation.offset(), "relocation " + what);
    }

    /// The constant that a member's type encodes, or null: `__uint` makes a pointer to an array of
    /// that many elements, `__ulong` an enumeration with that value.
    static @Nullable Long constant(BtfSpec btf, int typeId) {
        return switch (btf.resolved(typeId)) {
            case BtfType.Pointer pointer
                    when btf.resolved(pointer.target()) instanceof BtfType.Array array ->
                    array.count();
            case BtfType.Enumeration values when !values.values().isEmpty() ->
                    values.values().getFirst().value();
            default -> null;
        };
    }
}
