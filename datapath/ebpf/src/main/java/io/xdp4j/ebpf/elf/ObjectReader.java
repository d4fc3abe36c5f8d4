package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Reads object files of clang.
///
/// Its input is not trusted: whatever the bytes, it either returns or fails with one line.
///
/// Thread: any.
/// Fails: [io.xdp4j.ebpf.MalformedObjectException] for damage, naming file, section and offset;
/// [io.xdp4j.ebpf.UnsupportedException] for what this engine does not know.
/// Kernel: `bpf_object__open` of libbpf.
public final class ObjectReader {
    private ObjectReader() {}

    /// Reads an object.
    ///
    /// @param bytes the whole file
    /// @param fileName for messages, and for the names of global data maps
    public static CollectionSpec read(byte[] bytes, String fileName) {
        ElfImage image = new ElfImage(bytes, fileName);
        ObjectParts parts = ObjectParts.of(image);
        MapCatalog maps = new MapCatalog(image);
        LegacyMaps.read(image, maps);
        BtfMaps.read(parts, maps);
        DataMaps.read(parts, maps);
        KconfigMap kconfig = KconfigMap.read(parts, maps);
        List<ProgramSpec> programs = ProgramReader.read(parts, maps, kconfig);
        return new CollectionSpec(
                fileName,
                license(image),
                version(image),
                maps.definitions(),
                programs,
                parts.btf());
    }

    /// Reads types only, for CO-RE: raw BTF such as `/sys/kernel/btf/vmlinux`, or an ELF file of any
    /// machine with a section `.BTF`.
    public static BtfSpec readTypes(byte[] bytes, String fileName) {
        if (!ElfImage.isElf(bytes)) {
            return BtfSpec.parse(bytes, fileName);
        }
        ElfImage image = ElfImage.ofAnyMachine(bytes, fileName);
        ElfSection types = image.section(".BTF");
        if (types == null) {
            throw image.malformed("no section .BTF; it has no types to adapt to");
        }
        return BtfSpec.parse(image.content(types), fileName + ": section .BTF");
    }

    private static String license(ElfImage image) {
        ElfSection section = image.section("license");
        if (section == null) {
            return "";
        }
        String text = new String(image.content(section), StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private static int version(ElfImage image) {
        ElfSection section = image.section("version");
        if (section == null || section.isEmptyInFile()) {
            return 0;
        }
        if (section.size() != Integer.BYTES) {
            throw image.malformed(section, 0, "%d bytes (expected: 4)".formatted(section.size()));
        }
        return ByteBuffer.wrap(image.content(section)).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }
}
