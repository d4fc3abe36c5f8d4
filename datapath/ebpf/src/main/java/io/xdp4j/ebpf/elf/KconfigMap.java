package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.program.InitialValue;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.MapDefinition.Pinning;
import io.xdp4j.ebpf.program.MapDefinition.Variable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes a map of the `__kconfig` externs: values that a loader takes from the running kernel.
///
/// Kernel: `bpf_object__collect_externs`, `bpf_object__read_kconfig_file` of libbpf.
final class KconfigMap {
    static final String SECTION = ".kconfig";

    /// The kernel this engine behaves like.
    private static final int KERNEL_VERSION = 6 << 16 | 18 << 8;

    /// The rate of `bpf_jiffies64`.
    private static final int HZ = 250;

    private static final Map<String, Integer> KNOWN =
            Map.of(
                    "CONFIG_HZ",
                    HZ,
                    "LINUX_KERNEL_VERSION",
                    KERNEL_VERSION,
                    "LINUX_HAS_BPF_COOKIE",
                    1,
                    "LINUX_HAS_SYSCALL_WRAPPER",
                    1);

    private record Extern(String name, int typeId, int size, int align, boolean weak) {}

    private final String mapName;
    private final Map<String, Variable> variables = new HashMap<>();

    private KconfigMap(String mapName) {
        this.mapName = mapName;
    }

    /// Adds the map, if the object has such externs; returns where they stand in it, else null.
    static @Nullable KconfigMap read(ObjectParts parts, MapCatalog to) {
        BtfSpec btf = parts.btf();
        int sectionId = parts.dataSectionId(SECTION);
        if (btf == null || !(btf.type(sectionId) instanceof BtfType.DataSection section)) {
            return null;
        }
        List<Extern> externs = externs(parts, btf, section);
        if (externs.isEmpty()) {
            return null;
        }
        String name = DataMaps.name(parts.image().file(), SECTION);
        KconfigMap map = new KconfigMap(to.has(name) ? SECTION : name);
        to.addFree(map.define(parts, externs, sectionId));
        return map;
    }

    private static List<Extern> externs(
            ObjectParts parts, BtfSpec btf, BtfType.DataSection section) {
        Map<String, ElfSymbol> symbols = new HashMap<>();
        for (ElfSymbol symbol : parts.image().symbols()) {
            if (symbol.isUndefined()) {
                symbols.putIfAbsent(symbol.name(), symbol);
            }
        }
        List<Extern> externs = new ArrayList<>();
        for (BtfType.SectionVar entry : section.vars()) {
            BtfType type = btf.type(entry.typeId());
            ElfSymbol symbol = symbols.get(type.name());
            if (symbol != null && type instanceof BtfType.Var variable) {
                externs.add(
                        new Extern(
                                variable.name(),
                                variable.typeId(),
                                btf.sizeOf(variable.typeId()),
                                btf.alignOf(variable.typeId()),
                                symbol.isWeak()));
            }
        }
        externs.sort(
                Comparator.comparingInt((Extern extern) -> -extern.align())
                        .thenComparingInt(Extern::size)
                        .thenComparing(Extern::name));
        return externs;
    }

    private MapDefinition define(ObjectParts parts, List<Extern> externs, int sectionId) {
        long size = 0;
        Set<String> missing = new HashSet<>();
        for (Extern extern : externs) {
            size = (size + extern.align() - 1) / extern.align() * extern.align();
            variables.put(
                    extern.name(),
                    new Variable(extern.name(), (int) size, extern.size(), extern.typeId()));
            size += extern.size();
            if (size > 1 << 20) {
                throw parts.image().malformed("section .kconfig: externs of more than 1 MiB");
            }
            if (!extern.weak() && !KNOWN.containsKey(extern.name())) {
                missing.add(extern.name());
            }
        }
        return new MapDefinition(
                DataMaps.shape(parts, mapName, (int) size, true, sectionId),
                SECTION,
                Pinning.NONE,
                InitialValue.of(contents((int) size)),
                true,
                List.of(),
                variables.values().stream()
                        .sorted(Comparator.comparingInt(Variable::offset))
                        .toList(),
                missing);
    }

    private byte[] contents(int size) {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        KNOWN.forEach((name, value) -> {
            Variable variable = variables.get(name);
            if (variable != null) {
                for (int i = 0; i < Math.min(variable.size(), Integer.BYTES); i++) {
                    bytes.put(variable.offset() + i, (byte) (value >>> (8 * i)));
                }
            }
        });
        return bytes.array();
    }

    String mapName() {
        return mapName;
    }

    /// Where the extern of that name stands, or null.
    @Nullable Variable variable(String name) {
        return variables.get(name);
    }
}
