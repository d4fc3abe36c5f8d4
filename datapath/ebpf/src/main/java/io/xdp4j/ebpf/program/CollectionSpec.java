package io.xdp4j.ebpf.program;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.map.MapType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an object file holds: maps, programs and types, ready to be made live. Immutable.
///
/// Kernel: `struct bpf_object` of libbpf.
///
/// @param file name for messages
/// @param license empty when the object has none
/// @param kernelVersion of the section `version`, 0 when there is none
/// @param maps in the order of their sections and offsets
/// @param programs in the order of their sections
/// @param btf the object's own types
public record CollectionSpec(
        String file,
        String license,
        int kernelVersion,
        List<MapDefinition> maps,
        List<ProgramSpec> programs,
        @Nullable BtfSpec btf) {
    public CollectionSpec {
        maps = List.copyOf(maps);
        programs = List.copyOf(programs);
    }

    /// The map of that name, as `bpftool` shows it or by its section (`.rodata`); or null.
    public @Nullable MapDefinition map(String name) {
        for (MapDefinition map : maps) {
            if (map.name().equals(name)) {
                return map;
            }
        }
        for (MapDefinition map : maps) {
            if (map.contents() != null && map.section().equals(name)) {
                return map;
            }
        }
        return null;
    }

    /// The program of that name.
    ///
    /// Fails: [LinkException] that lists those there are.
    public ProgramSpec program(String name) {
        for (ProgramSpec program : programs) {
            if (program.name().equals(name)) {
                return program;
            }
        }
        throw new LinkException(
                "%s: no program %s (programs: %s)"
                        .formatted(
                                file,
                                name,
                                list(programs.stream().map(ProgramSpec::name).toList())));
    }

    /// The programs of that section.
    ///
    /// Fails: [LinkException] that lists the sections there are.
    public List<ProgramSpec> programsIn(String section) {
        List<ProgramSpec> found =
                programs.stream().filter(program -> program.section().equals(section)).toList();
        if (found.isEmpty()) {
            throw new LinkException(
                    "%s: no program in section %s (sections: %s)"
                            .formatted(
                                    file,
                                    section,
                                    list(
                                            programs.stream()
                                                    .map(ProgramSpec::section)
                                                    .distinct()
                                                    .toList())));
        }
        return found;
    }

    private static String list(List<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    /// The same object with a global variable set, be it data, constant or `.kconfig`. Unchanged
    /// when it has no such variable.
    ///
    /// Fails: [LinkException] for a value longer than the variable.
    public CollectionSpec withGlobal(String name, byte[] value) {
        List<MapDefinition> changed = new ArrayList<>(maps);
        for (int i = 0; i < changed.size(); i++) {
            MapDefinition map = changed.get(i);
            MapDefinition.Variable variable = map.variable(name);
            InitialValue contents = map.contents();
            if (variable != null && contents != null) {
                requireFits(variable, value);
                Set<String> missing = new HashSet<>(map.missing());
                missing.remove(name);
                changed.set(i, map.withContents(contents.with(variable.offset(), value), missing));
            }
        }
        return withMaps(changed);
    }

    private void requireFits(MapDefinition.Variable variable, byte[] value) {
        if (value.length > variable.size()) {
            throw new LinkException(
                    "%s: global %s: value of %d bytes (expected: at most %d)"
                            .formatted(file, variable.name(), value.length, variable.size()));
        }
    }

    /// The same object with another number of entries for a map.
    ///
    /// Fails: [LinkException] when there is no such map.
    public CollectionSpec withMaxEntries(String name, int maxEntries) {
        MapDefinition found = map(name);
        if (found == null) {
            throw new LinkException(
                    "%s: no map %s (maps: %s)"
                            .formatted(
                                    file,
                                    name,
                                    list(maps.stream().map(MapDefinition::name).toList())));
        }
        MapDefinition resized =
                found.withSpec(found.spec().withMaxEntries(adjusted(found, maxEntries)));
        return withMaps(
                maps.stream().map(map -> map.name().equals(found.name()) ? resized : map).toList());
    }

    private static int adjusted(MapDefinition map, int maxEntries) {
        MapType type = map.spec().type();
        boolean ring = type == MapType.RINGBUF || type == MapType.USER_RINGBUF;
        return ring ? MapDefinition.ringBytes(maxEntries) : maxEntries;
    }

    public CollectionSpec withMaps(List<MapDefinition> to) {
        return new CollectionSpec(file, license, kernelVersion, to, programs, btf);
    }
}
