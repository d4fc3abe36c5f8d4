package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.SpecialFields;
import io.xdp4j.ebpf.program.InitialValue;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.MapDefinition.Pinning;
import io.xdp4j.ebpf.program.MapDefinition.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Makes maps of the sections that hold global variables and constants.
///
/// Kernel: `bpf_object__init_global_data_maps` of libbpf.
final class DataMaps {
    private static final int LONGEST_NAME = 15;

    private final ObjectParts parts;
    private final MapCatalog maps;

    private DataMaps(ObjectParts parts, MapCatalog maps) {
        this.parts = parts;
        this.maps = maps;
    }

    static void read(ObjectParts parts, MapCatalog to) {
        DataMaps reader = new DataMaps(parts, to);
        for (ElfSection section : parts.image().sections()) {
            boolean constant = section.isNamed(".rodata");
            boolean data = section.isNamed(".data");
            boolean zeros = section.isNamed(".bss") && section.isEmptyInFile();
            boolean bytes = (constant || data) && section.type() == ElfSection.PROGBITS;
            if (section.size() > 0 && !section.isCode() && (bytes || zeros)) {
                reader.add(section, constant);
            }
        }
    }

    private void add(ElfSection section, boolean constant) {
        int typeId = parts.dataSectionId(section.name());
        InitialValue value =
                section.isEmptyInFile()
                        ? InitialValue.zeros(section.size())
                        : InitialValue.of(parts.image().content(section));
        MapSpec spec = shape(parts, uniqueName(section.name()), section.size(), constant, typeId);
        maps.addData(
                new MapDefinition(
                        spec,
                        section.name(),
                        Pinning.NONE,
                        value,
                        constant,
                        List.of(),
                        variables(section, typeId),
                        Set.of()),
                section);
    }

    static MapSpec shape(ObjectParts parts, String name, int size, boolean constant, int typeId) {
        BtfSpec btf = parts.btf();
        int flags = constant ? MapFlags.RDONLY_PROG : 0;
        if (btf != null && typeId != 0 && isShared(btf, typeId)) {
            flags |= MapFlags.MMAPABLE;
        }
        return new MapSpec(
                name,
                MapType.ARRAY,
                Integer.BYTES,
                size,
                1,
                flags,
                0,
                null,
                btf == null || typeId == 0 ? List.of() : SpecialFields.of(btf, typeId),
                typeId == 0 ? null : btf,
                0,
                typeId);
    }

    /// True when the section has a variable that users may see: libbpf maps it then.
    private static boolean isShared(BtfSpec btf, int typeId) {
        if (btf.type(typeId) instanceof BtfType.DataSection section) {
            for (BtfType.SectionVar variable : section.vars()) {
                if (btf.type(variable.typeId()) instanceof BtfType.Var type
                        && type.linkage() != BtfType.Linkage.STATIC) {
                    return true;
                }
            }
        }
        return false;
    }

    private String uniqueName(String section) {
        String name = name(parts.image().file(), section);
        return maps.has(name) ? section : name;
    }

    /// The name libbpf gives: the file's name as far as it fits before the section's. Names with
    /// two dots (`.data.counters`) stand alone.
    static String name(String file, String section) {
        String object = file.substring(file.lastIndexOf('/') + 1);
        int dot = object.indexOf('.');
        object = dot < 0 ? object : object.substring(0, dot);
        int suffix = Math.min(Math.max(7, section.length()), LONGEST_NAME);
        int prefix =
                section.indexOf('.', 1) >= 0 ? 0 : Math.min(LONGEST_NAME - suffix, object.length());
        String name =
                object.substring(0, prefix)
                        + section.substring(0, Math.min(section.length(), suffix));
        return name.replaceAll("[^A-Za-z0-9_.]", "_");
    }

    private List<Variable> variables(ElfSection section, int typeId) {
        List<Variable> variables = new ArrayList<>();
        for (ElfSymbol symbol : parts.image().symbolsOf(section)) {
            boolean inside =
                    symbol.value() >= 0
                            && symbol.size() > 0
                            && symbol.size() <= section.size()
                            && symbol.value() <= section.size() - symbol.size();
            if (symbol.type() == ElfSymbol.OBJECT && inside && !symbol.name().isEmpty()) {
                variables.add(
                        new Variable(
                                symbol.name(),
                                (int) symbol.value(),
                                (int) symbol.size(),
                                typeOf(symbol.name(), typeId)));
            }
        }
        return variables;
    }

    private int typeOf(String variable, int sectionId) {
        BtfSpec btf = parts.btf();
        if (btf != null && sectionId != 0) {
            int id = btf.idOf(BtfType.Var.class, variable);
            if (btf.type(id) instanceof BtfType.Var type) {
                return type.typeId();
            }
        }
        return 0;
    }
}
