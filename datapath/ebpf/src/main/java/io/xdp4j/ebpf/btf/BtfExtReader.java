package io.xdp4j.ebpf.btf;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads the binary form of `.BTF.ext`, whose writer is not trusted.
final class BtfExtReader {
    private static final int SLOT_BYTES = 8;

    /// Header length of the first version, without CO-RE.
    private static final int HEADER_BYTES = 24;

    private static final int HEADER_BYTES_WITH_CORE = 32;

    /// Reads one record at an offset.
    private interface Row<T> {
        T read(int at);
    }

    private final ByteBuffer bytes;
    private final BtfStrings strings;
    private final BtfSpec types;
    private final String where;

    BtfExtReader(byte[] bytes, byte[] btf, BtfSpec types, String where) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.strings = BtfReader.strings(btf, where);
        this.types = types;
        this.where = where;
    }

    BtfExt read() {
        BtfReader.requireMagic(bytes, where);
        if (bytes.capacity() < HEADER_BYTES) {
            throw malformed(0, "header of 24 bytes does not fit in " + bytes.capacity());
        }
        long header = u32(4);
        if (header < HEADER_BYTES || header > bytes.capacity()) {
            throw malformed(4, "header length " + header);
        }
        boolean withCore = header >= HEADER_BYTES_WITH_CORE;
        return new BtfExt(
                table(8, header, 8, this::function),
                table(16, header, 16, this::line),
                withCore ? table(24, header, 16, this::relocation) : Map.of());
    }

    /// One of the tables: record size, then for each section its name, count and records.
    private <T> Map<String, List<T>> table(int field, long header, int minimum, Row<T> row) {
        Map<String, List<T>> sections = new HashMap<>();
        long start = header + u32(field);
        long end = start + u32(field + 4);
        if (end > bytes.capacity()) {
            throw malformed(field, "table ends at %d of %d bytes".formatted(end, bytes.capacity()));
        }
        if (start == end) {
            return sections;
        }
        requireLeft(start, end, 4);
        long recordSize = u32((int) start);
        if (recordSize < minimum || recordSize % 4 != 0) {
            throw malformed(start, "records of " + recordSize + " bytes");
        }
        for (long at = start + 4; at < end; ) {
            at = section((int) at, end, recordSize, row, sections);
        }
        return sections;
    }

    private <T> long section(
            int at, long end, long recordSize, Row<T> row, Map<String, List<T>> sections) {
        requireLeft(at, end, 8);
        String name = strings.at(u32(at), at);
        long count = u32(at + 4);
        int first = at + 8;
        if (count > (end - first) / recordSize) {
            throw malformed(at, "%d records of %d bytes in %d".formatted(count, recordSize, end));
        }
        List<T> records = sections.computeIfAbsent(name, _ -> new ArrayList<>());
        for (int i = 0; i < count; i++) {
            records.add(row.read((int) (first + i * recordSize)));
        }
        return first + count * recordSize;
    }

    private BtfExt.Function function(int at) {
        return new BtfExt.Function(slot(at), typeId(at + 4));
    }

    private BtfExt.Line line(int at) {
        int position = bytes.getInt(at + 12);
        return new BtfExt.Line(
                slot(at),
                strings.at(u32(at + 4), at),
                strings.at(u32(at + 8), at).strip(),
                position >>> 10,
                position & 0x3ff);
    }

    private CoreRelocation relocation(int at) {
        CoreKind kind = CoreKind.of(bytes.getInt(at + 12));
        if (kind == null) {
            throw new UnsupportedException(
                    "%s: offset 0x%x: CO-RE relocation of kind %s (known: 0 to %d)"
                            .formatted(
                                    where,
                                    at,
                                    Integer.toUnsignedString(bytes.getInt(at + 12)),
                                    CoreKind.values().length - 1));
        }
        return new CoreRelocation(slot(at), typeId(at + 4), strings.at(u32(at + 8), at), kind);
    }

    private int slot(int at) {
        long offset = u32(at);
        if (offset % SLOT_BYTES != 0) {
            throw malformed(at, "instruction at byte " + offset);
        }
        return (int) (offset / SLOT_BYTES);
    }

    private int typeId(int at) {
        int id = bytes.getInt(at);
        if (id < 0 || id >= types.count()) {
            throw malformed(
                    at, "type " + Integer.toUnsignedString(id) + " of " + types.count() + " types");
        }
        return id;
    }

    private void requireLeft(long at, long end, int length) {
        if (length > end - at) {
            throw malformed(at, "%d bytes, %d left".formatted(length, end - at));
        }
    }

    private long u32(int at) {
        return Integer.toUnsignedLong(bytes.getInt(at));
    }

    private MalformedObjectException malformed(long at, String what) {
        return new MalformedObjectException("%s: offset 0x%x: %s".formatted(where, at, what));
    }
}
