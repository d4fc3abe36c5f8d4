package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.program.MapDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The maps found so far, and where in the file a relocation may mean them.
///
/// Thread: its reader's.
final class MapCatalog {
    private record Place(int section, long offset) {}

    private final ElfImage image;
    private final Map<String, MapDefinition> byName = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    private final Map<Place, String> byPlace = new HashMap<>();
    private final Map<Integer, String> dataBySection = new HashMap<>();

    MapCatalog(ElfImage image) {
        this.image = image;
    }

    /// A map whose definition stands at that offset of a section.
    void add(MapDefinition definition, ElfSection section, long offset) {
        name(definition);
        byPlace.put(new Place(section.index(), offset), definition.name());
    }

    /// A map that holds a whole section.
    void addData(MapDefinition definition, ElfSection section) {
        name(definition);
        dataBySection.put(section.index(), definition.name());
    }

    /// A map that no section has, such as `.kconfig`.
    void addFree(MapDefinition definition) {
        name(definition);
    }

    private void name(MapDefinition definition) {
        if (byName.putIfAbsent(definition.name(), definition) != null) {
            throw image.malformed(
                    "section %s: two maps are named %s"
                            .formatted(definition.section(), definition.name()));
        }
        order.add(definition.name());
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /// Name of the map defined there, or null.
    @Nullable String at(int section, long offset) {
        return byPlace.get(new Place(section, offset));
    }

    /// Name of the map that holds that section, or null.
    @Nullable String holding(int section) {
        return dataBySection.get(section);
    }

    @Nullable MapDefinition named(String name) {
        return byName.get(name);
    }

    /// Puts a changed definition in the place of the one with its name.
    void replace(MapDefinition definition) {
        byName.put(definition.name(), definition);
    }

    /// All definitions, in the order they were added.
    List<MapDefinition> definitions() {
        List<MapDefinition> all = new ArrayList<>(order.size());
        for (String name : order) {
            MapDefinition definition = byName.get(name);
            if (definition != null) {
                all.add(definition);
            }
        }
        return all;
    }
}
