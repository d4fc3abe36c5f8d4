package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Sections, symbols and relocations of an ELF file whose writer is not trusted.
///
/// Every section's bytes lie in the file, every count was checked against them before anything was
/// allocated for it.
///
/// Fails: [MalformedObjectException] naming file, section and offset.
/// Kernel: `struct elfhdr`, `Elf64_Ehdr`, `include/uapi/linux/elf.h`.
final class ElfImage {
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int REL_BYTES = 16;
    private static final int EM_BPF = 247;
    private static final int ET_REL = 1;
    private static final int LONGEST_NAME = 4096;

    private final String file;
    private final byte[] bytes;
    private final ByteBuffer buffer;
    private final List<ElfSection> sections;
    private final List<ElfSymbol> symbols;
    private final Map<Integer, List<ElfSection>> relocationsByTarget = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();

    /// Bytes of names that may yet be decoded: overlapping ones would multiply the file.
    private long nameBudget;

    private final Map<Integer, List<ElfSymbol>> symbolsBySection = new HashMap<>();

    /// An object with BPF programs.
    ElfImage(byte[] bytes, String file) {
        this(bytes, file, true);
    }

    /// @param programs false for a file of any machine, read only for its sections
    private ElfImage(byte[] bytes, String file, boolean programs) {
        this.file = file;
        this.bytes = bytes;
        this.buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.nameBudget = 16L * bytes.length;
        checkHeader();
        if (programs) {
            checkMachine();
        }
        this.sections = readSections();
        for (ElfSection section : sections) {
            if (section.type() == ElfSection.REL || section.type() == ElfSection.RELA) {
                relocationsByTarget
                        .computeIfAbsent(section.info(), _ -> new ArrayList<>())
                        .add(section);
            }
        }
        this.symbols = programs ? readSymbols() : List.of();
        for (ElfSymbol symbol : symbols) {
            symbolsBySection.computeIfAbsent(symbol.section(), _ -> new ArrayList<>()).add(symbol);
        }
    }

    /// A file of any machine, such as `vmlinux`, for its sections.
    static ElfImage ofAnyMachine(byte[] bytes, String file) {
        return new ElfImage(bytes, file, false);
    }

    static boolean isElf(byte[] bytes) {
        return bytes.length >= 4
                && bytes[0] == 0x7f
                && bytes[1] == 'E'
                && bytes[2] == 'L'
                && bytes[3] == 'F';
    }

    private void checkHeader() {
        if (!isElf(bytes)) {
            throw malformed("no ELF file: it does not begin with 7f 45 4c 46");
        }
        if (bytes.length < HEADER_BYTES) {
            throw malformed("ELF header cut off: %d of 64 bytes".formatted(bytes.length));
        }
        if (bytes[4] != 2) {
            throw malformed("ELF class %d (expected: 2, 64 bits)".formatted(bytes[4]));
        }
        if (bytes[5] == 2) {
            throw new UnsupportedException(
                    file + ": big-endian object; compile with -target bpfel or -target bpf");
        }
        if (bytes[5] != 1) {
            throw malformed("ELF byte order %d (expected: 1, little)".formatted(bytes[5]));
        }
    }

    private void checkMachine() {
        int type = buffer.getShort(16) & 0xffff;
        int machine = buffer.getShort(18) & 0xffff;
        if (machine != EM_BPF && machine != 0) {
            throw malformed(
                    "machine %d is not BPF (expected: 247); compile with -target bpf"
                            .formatted(machine));
        }
        if (type != ET_REL) {
            throw malformed("ELF type %d (expected: 1, relocatable)".formatted(type));
        }
    }

    private List<ElfSection> readSections() {
        long tableAt = buffer.getLong(40);
        int entrySize = buffer.getShort(58) & 0xffff;
        long count = buffer.getShort(60) & 0xffff;
        int namesIndex = buffer.getShort(62) & 0xffff;
        if (tableAt < HEADER_BYTES || tableAt > bytes.length - SECTION_BYTES) {
            throw malformed(
                    "section headers at 0x%x, file has 0x%x bytes"
                            .formatted(tableAt, bytes.length));
        }
        if (entrySize != SECTION_BYTES) {
            throw malformed("section headers of %d bytes (expected: 64)".formatted(entrySize));
        }
        if (count == 0) {
            count = buffer.getLong((int) tableAt + 32);
        }
        if (count < 1 || count > (bytes.length - tableAt) / SECTION_BYTES) {
            throw malformed(
                    "%d section headers at 0x%x do not fit in 0x%x bytes"
                            .formatted(count, tableAt, bytes.length));
        }
        if (namesIndex >= count) {
            throw malformed("section names in section %d of %d".formatted(namesIndex, count));
        }
        return readSections((int) tableAt, (int) count, namesIndex);
    }

    private List<ElfSection> readSections(int tableAt, int count, int namesIndex) {
        ElfSection names = readSection(namesIndex, tableAt, null);
        List<ElfSection> read = new ArrayList<>(count);
        long inFile = 0;
        for (int i = 0; i < count; i++) {
            ElfSection section = readSection(i, tableAt, names);
            inFile += section.isEmptyInFile() ? 0 : section.size();
            read.add(section);
        }
        if (inFile > bytes.length) {
            throw malformed(
                    "sections overlap: %d bytes in a file of %d".formatted(inFile, bytes.length));
        }
        return List.copyOf(read);
    }

    private ElfSection readSection(int index, int tableAt, @Nullable ElfSection names) {
        int at = tableAt + index * SECTION_BYTES;
        String name = names == null ? "" : string(names, u32(at), at);
        int type = buffer.getInt(at + 4);
        long offset = buffer.getLong(at + 24);
        long size = buffer.getLong(at + 32);
        boolean inFile = type != ElfSection.NOBITS && type != 0;
        if (inFile && (offset < 0 || size < 0 || offset > bytes.length - size)) {
            throw malformed(
                    "section %d %s: bytes 0x%x to 0x%x lie behind the end of the file at 0x%x"
                            .formatted(index, name, offset, offset + size, bytes.length));
        }
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw malformed(
                    "section %d %s: %s bytes".formatted(index, name, Long.toUnsignedString(size)));
        }
        return new ElfSection(
                index,
                name,
                type,
                buffer.getLong(at + 8),
                inFile ? (int) offset : 0,
                type == 0 ? 0 : (int) size,
                buffer.getInt(at + 40),
                buffer.getInt(at + 44));
    }

    private List<ElfSymbol> readSymbols() {
        ElfSection table = null;
        for (ElfSection section : sections) {
            if (section.type() == ElfSection.SYMTAB) {
                table = section;
                break;
            }
        }
        if (table == null) {
            throw malformed("no symbol table; was the object stripped?");
        }
        ElfSection names = section(table.link(), table);
        if (names.type() != ElfSection.STRTAB) {
            throw malformed(
                    table, 0, "names in section %d, no string table".formatted(table.link()));
        }
        int count = table.size() / SYMBOL_BYTES;
        List<ElfSymbol> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            read.add(readSymbol(i, table.offset() + i * SYMBOL_BYTES, names));
        }
        return List.copyOf(read);
    }

    private ElfSymbol readSymbol(int index, int at, ElfSection names) {
        int info = bytes[at + 4] & 0xff;
        return new ElfSymbol(
                index,
                string(names, u32(at), at),
                info & 0xf,
                info >>> 4,
                bytes[at + 5] & 3,
                buffer.getShort(at + 6) & 0xffff,
                buffer.getLong(at + 8),
                buffer.getLong(at + 16));
    }

    private String string(ElfSection table, long offset, int user) {
        if (offset >= table.size() && offset != 0) {
            throw malformed(
                    "offset 0x%x: name at %d of the %d bytes of section %d %s"
                            .formatted(user, offset, table.size(), table.index(), table.name()));
        }
        return offset == 0 && table.size() == 0
                ? ""
                : names.computeIfAbsent(
                        table.offset() + (int) offset, from -> decode(from, table, user));
    }

    private String decode(int from, ElfSection table, int user) {
        int end = Math.min(table.offset() + table.size(), from + LONGEST_NAME);
        int to = from;
        while (to < end && bytes[to] != 0) {
            to++;
        }
        nameBudget -= to - from;
        if (to == end || nameBudget < 0) {
            throw malformed(
                    "offset 0x%x: name at 0x%x does not end, or overlaps others"
                            .formatted(user, from));
        }
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    String file() {
        return file;
    }

    List<ElfSection> sections() {
        return sections;
    }

    /// The section a header field names.
    private ElfSection section(int index, ElfSection user) {
        if (index < 0 || index >= sections.size()) {
            throw malformed(
                    user, 0, "refers to section %d of %d".formatted(index, sections.size()));
        }
        return sections.get(index);
    }

    /// The first section of that name, or null.
    @Nullable ElfSection section(String name) {
        for (ElfSection section : sections) {
            if (section.name().equals(name)) {
                return section;
            }
        }
        return null;
    }

    /// A copy of the section's bytes.
    byte[] content(ElfSection section) {
        if (section.isEmptyInFile()) {
            return new byte[0];
        }
        return Arrays.copyOfRange(bytes, section.offset(), section.offset() + section.size());
    }

    List<ElfSymbol> symbols() {
        return symbols;
    }

    /// The symbols of that section, in the table's order.
    List<ElfSymbol> symbolsOf(ElfSection section) {
        return symbolsBySection.getOrDefault(section.index(), List.of());
    }

    /// The relocations that patch that section.
    List<ElfRelocation> relocationsOf(ElfSection target) {
        List<ElfRelocation> read = new ArrayList<>();
        for (ElfSection section : relocationsByTarget.getOrDefault(target.index(), List.of())) {
            if (section.type() == ElfSection.RELA) {
                throw new UnsupportedException(
                        "%s: section %s: relocations with addends (expected: SHT_REL, as clang writes)"
                                .formatted(file, section.name()));
            }
            readRelocations(section, target, read);
        }
        return read;
    }

    private void readRelocations(ElfSection section, ElfSection target, List<ElfRelocation> to) {
        for (int i = 0; i < section.size() / REL_BYTES; i++) {
            int at = section.offset() + i * REL_BYTES;
            long offset = buffer.getLong(at);
            int symbol = buffer.getInt(at + 12);
            if (offset < 0 || offset > target.size() - Long.BYTES) {
                throw malformed(
                        section,
                        i * REL_BYTES,
                        "patches 0x%x of the 0x%x bytes of %s"
                                .formatted(offset, target.size(), target.name()));
            }
            if (symbol < 0 || symbol >= symbols.size()) {
                throw malformed(
                        section,
                        i * REL_BYTES,
                        "symbol %d of %d".formatted(symbol, symbols.size()));
            }
            to.add(new ElfRelocation(offset, buffer.getInt(at + 8), symbols.get(symbol)));
        }
    }

    private long u32(int at) {
        return Integer.toUnsignedLong(buffer.getInt(at));
    }

    MalformedObjectException malformed(String what) {
        return new MalformedObjectException(file + ": " + what);
    }

    MalformedObjectException malformed(ElfSection section, int offset, String what) {
        return new MalformedObjectException(
                "%s: section %s: offset 0x%x: %s".formatted(file, section.name(), offset, what));
    }
}
