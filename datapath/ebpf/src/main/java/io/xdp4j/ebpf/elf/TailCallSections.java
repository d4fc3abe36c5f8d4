package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.MapDefinition.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// iproute2's way to fill prog arrays: a section `ID/INDEX` is the program at that index of the map
/// with that id.
final class TailCallSections {
    private static final Pattern NAME =
            Pattern.compile("(0x[0-9a-fA-F]{1,8}|[0-9]{1,9})/([0-9]{1,9})");

    private TailCallSections() {}

    static void read(ElfImage image, Map<Integer, String> mapsById, MapCatalog maps) {
        for (ElfSection section : image.sections()) {
            Matcher name = NAME.matcher(section.name());
            if (!section.isCode() || !name.matches()) {
                continue;
            }
            String map = mapsById.get(Long.decode(name.group(1)).intValue());
            MapDefinition definition = map == null ? null : maps.named(map);
            if (definition != null && definition.spec().type() == MapType.PROG_ARRAY) {
                List<Slot> slots = new ArrayList<>(definition.slots());
                slots.add(
                        new Slot(
                                Integer.parseInt(name.group(2)),
                                CodeSection.firstFunction(image, section)));
                maps.replace(definition.withSlots(slots));
            }
        }
    }
}
