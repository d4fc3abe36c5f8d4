package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.MapDefinition.Pinning;
import io.xdp4j.ebpf.program.MapDefinition.Slot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the sections `maps` and `maps/NAME`, in which each symbol is a C struct.
///
/// All layouts begin with type, key size, value size, entries and flags. What follows differs by
/// the loader the object was written for, and the length of the definition tells which.
///
/// Kernel: `struct bpf_map_def` of the samples' loader and of libbpf before 1.0; `struct
/// bpf_elf_map` of iproute2.
final class LegacyMaps {
    private static final int SHORTEST = 16;

    /// Five fields, then the index of the inner map and a NUMA node; or iproute2's first layout,
    /// which has id and pinning there.
    private static final int WITH_INNER_INDEX = 28;

    /// iproute2: five fields, id, pinning, inner id, inner index.
    private static final int IPROUTE2 = 36;

    /// Five fields, pinning, and a path of 256 bytes.
    private static final int WITH_PATH = 280;

    /// One definition: its words, and what they say beyond its shape.
    @SuppressWarnings("ArrayRecordComponent") // local to this reader, never compared
    private record Definition(String name, int offset, int[] words, int length) {
        MapType type(ElfImage image, ElfSection section) {
            MapType type = MapType.of(words[0]);
            if (type == null) {
                throw new UnsupportedException(
                        "%s: section %s: map %s: type %s is not known (expected: 1 to 33)"
                                .formatted(
                                        image.file(),
                                        section.name(),
                                        name,
                                        Integer.toUnsignedString(words[0])));
            }
            return type;
        }

        int word(int index) {
            return index < words.length ? words[index] : 0;
        }
    }

    private final ElfImage image;
    private final ElfSection section;
    private final ByteBuffer bytes;
    private final List<Definition> definitions = new ArrayList<>();

    private LegacyMaps(ElfImage image, ElfSection section) {
        this.image = image;
        this.section = section;
        this.bytes = ByteBuffer.wrap(image.content(section)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Adds the maps of every such section.
    static void read(ElfImage image, MapCatalog to) {
        Map<Integer, String> byId = new HashMap<>();
        for (ElfSection section : image.sections()) {
            boolean named = section.name().equals("maps") || section.name().startsWith("maps/");
            if (named && section.type() == ElfSection.PROGBITS && section.size() > 0) {
                new LegacyMaps(image, section).read(to, byId);
            }
        }
        TailCallSections.read(image, byId, to);
    }

    private void read(MapCatalog to, Map<Integer, String> byId) {
        split();
        Map<Integer, MapSpec> shapesById = new HashMap<>();
        List<MapSpec> shapes = new ArrayList<>();
        for (Definition definition : definitions) {
            MapSpec shape = shape(definition);
            shapes.add(shape);
            if (definition.length() == IPROUTE2 && definition.word(5) != 0) {
                shapesById.put(definition.word(5), shape);
                byId.put(definition.word(5), definition.name());
            }
        }
        for (int i = 0; i < definitions.size(); i++) {
            Definition definition = definitions.get(i);
            MapSpec inner = inner(definition, shapes, shapesById);
            MapSpec spec = inner == null ? shapes.get(i) : shapes.get(i).withInner(inner);
            to.add(
                    MapDefinition.of(spec, section.name())
                            .withPinning(pinning(definition))
                            .withSlots(slots(definition)),
                    section,
                    definition.offset());
        }
    }

    /// Cuts the section at its symbols.
    private void split() {
        List<ElfSymbol> symbols = new ArrayList<>();
        for (ElfSymbol symbol : image.symbolsOf(section)) {
            boolean data = symbol.type() == ElfSymbol.OBJECT || symbol.type() == ElfSymbol.NOTYPE;
            if (data && !symbol.name().isEmpty()) {
                symbols.add(symbol);
            }
        }
        symbols.sort(Comparator.comparingLong(ElfSymbol::value));
        for (int i = 0; i < symbols.size(); i++) {
            ElfSymbol symbol = symbols.get(i);
            long end = i + 1 < symbols.size() ? symbols.get(i + 1).value() : section.size();
            if (symbol.value() < 0 || symbol.value() > section.size()) {
                throw image.malformed(
                        section, 0, "map %s lies outside of it".formatted(symbol.name()));
            }
            if (end > symbol.value()) {
                definitions.add(definition(symbol, (int) end));
            }
        }
    }

    private Definition definition(ElfSymbol symbol, int end) {
        int offset = (int) symbol.value();
        int length = end - offset;
        if (symbol.size() > 0 && symbol.size() < length) {
            length = (int) symbol.size();
        }
        if (length < SHORTEST) {
            throw image.malformed(
                    section,
                    offset,
                    "map %s is defined in %d bytes (expected: at least 16)"
                            .formatted(symbol.name(), length));
        }
        int[] words = new int[length / 4];
        for (int i = 0; i < words.length; i++) {
            words[i] = bytes.getInt(offset + i * 4);
        }
        Definition definition = new Definition(symbol.name(), offset, words, length);
        requireKnown(definition);
        return definition;
    }

    /// Fields behind the ones we know must be zero: they may ask for something.
    private void requireKnown(Definition definition) {
        int known =
                switch (definition.length()) {
                    case IPROUTE2 -> 9;
                    case WITH_PATH -> definition.words().length;
                    default -> 7;
                };
        for (int i = known; i < definition.words().length; i++) {
            if (definition.word(i) != 0) {
                throw new UnsupportedException(
                        "%s: section %s: map %s: unknown field at byte %d of its %d-byte definition is %d (expected: 0)"
                                .formatted(
                                        image.file(),
                                        section.name(),
                                        definition.name(),
                                        i * 4,
                                        definition.length(),
                                        definition.word(i)));
            }
        }
    }

    private MapSpec shape(Definition definition) {
        return MapSpec.of(
                definition.name(),
                definition.type(image, section),
                definition.word(1),
                definition.word(2),
                definition.word(3),
                definition.word(4));
    }

    private @Nullable MapSpec inner(
            Definition definition, List<MapSpec> shapes, Map<Integer, MapSpec> shapesById) {
        MapType type = definition.type(image, section);
        if (!type.holdsMaps()) {
            return null;
        }
        if (definition.length() == IPROUTE2) {
            return shapesById.get(definition.word(7));
        }
        int index = definition.word(5);
        boolean told = definition.length() >= WITH_INNER_INDEX - 4;
        return told && index >= 0 && index < shapes.size() ? shapes.get(index) : null;
    }

    private Pinning pinning(Definition definition) {
        boolean numa = (definition.word(4) & MapFlags.NUMA_NODE) != 0;
        int pinning =
                switch (definition.length()) {
                    case IPROUTE2 -> definition.word(6);
                    case WITH_INNER_INDEX -> numa ? 0 : definition.word(6);
                    case WITH_PATH -> definition.word(5);
                    default -> 0;
                };
        return pinning == 0 ? Pinning.NONE : Pinning.BY_NAME;
    }

    /// iproute2 puts each map with the outer map's inner id at its inner index.
    private List<Slot> slots(Definition outer) {
        List<Slot> slots = new ArrayList<>();
        if (outer.length() != IPROUTE2 || outer.word(7) == 0) {
            return slots;
        }
        for (Definition inner : definitions) {
            boolean member = inner.length() == IPROUTE2 && inner.word(5) == outer.word(7);
            if (member && inner.word(8) >= 0 && inner.word(8) < outer.word(3)) {
                slots.add(new Slot(inner.word(8), inner.name()));
            }
        }
        return slots;
    }
}
