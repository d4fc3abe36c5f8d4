package io.xdp4j.ebpf.btf;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Reads the binary form of BTF, whose writer is not trusted.
///
/// Kernel: `struct btf_header`, `btf_check_all_metas`.
final class BtfReader {
    static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES = 24;
    private static final int TYPE_BYTES = 12;

    private final String where;
    private final ByteBuffer bytes;
    private final List<BtfType> types = new ArrayList<>();
    private BtfStrings strings;
    private int typeAt;
    private int typeEnd;

    BtfReader(byte[] bytes, String where) {
        this.where = where;
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.strings = new BtfStrings(bytes, 0, 0, where);
    }

    BtfSpec read() {
        readHeader();
        types.add(new BtfType.VoidType());
        while (typeAt < typeEnd) {
            types.add(readType());
        }
        BtfSpec spec = new BtfSpec(where, types);
        checkReferences(spec);
        return spec;
    }

    /// The string table of a BTF section that was read before.
    static BtfStrings strings(byte[] bytes, String where) {
        BtfReader reader = new BtfReader(bytes, where);
        reader.readHeader();
        return reader.strings;
    }

    private void readHeader() {
        requireMagic(bytes, where);
        if (bytes.capacity() < HEADER_BYTES) {
            throw malformed(0, "header of 24 bytes does not fit in " + bytes.capacity());
        }
        long headerLength = u32(4);
        if (headerLength < HEADER_BYTES || headerLength > bytes.capacity()) {
            throw malformed(4, "header length " + headerLength);
        }
        long typeStart = headerLength + u32(8);
        long typeStop = typeStart + u32(12);
        long stringStart = headerLength + u32(16);
        long stringStop = stringStart + u32(20);
        if (typeStop > bytes.capacity() || stringStop > bytes.capacity()) {
            throw malformed(
                    8,
                    "types end at %d and strings at %d, behind the %d bytes there are"
                            .formatted(typeStop, stringStop, bytes.capacity()));
        }
        typeAt = (int) typeStart;
        typeEnd = (int) typeStop;
        strings = new BtfStrings(bytes.array(), (int) stringStart, (int) stringStop, where);
    }

    /// Checks magic, version and byte order, which `.BTF` and `.BTF.ext` have in common.
    static void requireMagic(ByteBuffer bytes, String where) {
        if (bytes.capacity() < 4) {
            throw new MalformedObjectException(
                    where + ": " + bytes.capacity() + " bytes are no BTF header");
        }
        int magic = bytes.getShort(0) & 0xffff;
        if (magic == 0x9feb) {
            throw new UnsupportedException(
                    where + ": big-endian BTF; compile with -target bpfel or -target bpf");
        }
        if (magic != MAGIC) {
            throw new MalformedObjectException(
                    "%s: magic 0x%04x (expected: 0xeb9f)".formatted(where, magic));
        }
        if (bytes.get(2) != 1) {
            throw new UnsupportedException(
                    where + ": BTF version " + (bytes.get(2) & 0xff) + " (expected: 1)");
        }
    }

    private BtfType readType() {
        int at = typeAt;
        require(at, TYPE_BYTES);
        String name = strings.at(u32(at), at);
        int info = bytes.getInt(at + 4);
        int last = bytes.getInt(at + 8);
        int count = info & 0xffff;
        boolean flag = info < 0;
        typeAt += TYPE_BYTES;
        return switch (info >>> 24 & 0x1f) {
            case 1 -> readInt(name, at, size(last, at));
            case 2 -> new BtfType.Pointer(last);
            case 3 -> readArray(at);
            case 4 -> new BtfType.Struct(name, false, size(last, at), readMembers(count, flag));
            case 5 -> new BtfType.Struct(name, true, size(last, at), readMembers(count, flag));
            case 6 ->
                    new BtfType.Enumeration(
                            name, size(last, at), flag, false, readEnum(count, flag));
            case 7 -> new BtfType.Forward(name, flag);
            case 8 -> new BtfType.Typedef(name, last);
            case 9 -> new BtfType.Volatile(last);
            case 10 -> new BtfType.Const(last);
            case 11 -> new BtfType.Restrict(last);
            case 12 -> new BtfType.Func(name, last, linkage(count, at));
            case 13 -> new BtfType.FuncProto(last, readParams(count));
            case 14 -> readVar(name, last, at);
            case 15 -> new BtfType.DataSection(name, size(last, at), readSection(count));
            case 16 -> new BtfType.FloatType(name, size(last, at));
            case 17 -> readDeclTag(name, last, at);
            case 18 -> new BtfType.TypeTag(name, last);
            case 19 -> new BtfType.Enumeration(name, size(last, at), flag, true, readEnum64(count));
            default -> throw malformed(at, "kind " + (info >>> 24 & 0x1f) + " is not known");
        };
    }

    private int size(int size, int at) {
        if (size < 0) {
            throw malformed(at, "type of " + Integer.toUnsignedString(size) + " bytes");
        }
        return size;
    }

    private BtfType readInt(String name, int at, int size) {
        int word = bytes.getInt(take(4));
        int encoding = word >>> 24 & 0x0f;
        int bits = word & 0xff;
        if (size == 0 || size > 16 || bits > size * 8) {
            throw malformed(at, "integer of " + bits + " bits in " + size + " bytes");
        }
        return new BtfType.Int(
                name,
                size,
                word >>> 16 & 0xff,
                bits,
                (encoding & 1) != 0,
                (encoding & 2) != 0,
                (encoding & 4) != 0);
    }

    private BtfType readArray(int at) {
        int record = take(12);
        require(at, TYPE_BYTES);
        return new BtfType.Array(bytes.getInt(record), bytes.getInt(record + 4), u32(record + 8));
    }

    private List<BtfType.Member> readMembers(int count, boolean withBitfields) {
        int record = take(12 * count);
        List<BtfType.Member> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++, record += 12) {
            int offset = bytes.getInt(record + 8);
            if (!withBitfields && offset < 0) {
                throw malformed(record, "member at bit " + Integer.toUnsignedString(offset));
            }
            members.add(
                    new BtfType.Member(
                            strings.at(u32(record), record),
                            bytes.getInt(record + 4),
                            withBitfields ? offset & 0xffffff : offset,
                            withBitfields ? offset >>> 24 : 0));
        }
        return members;
    }

    private List<BtfType.Enumerator> readEnum(int count, boolean signed) {
        int record = take(8 * count);
        List<BtfType.Enumerator> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++, record += 8) {
            int value = bytes.getInt(record + 4);
            values.add(
                    new BtfType.Enumerator(
                            strings.at(u32(record), record),
                            signed ? value : Integer.toUnsignedLong(value)));
        }
        return values;
    }

    private List<BtfType.Enumerator> readEnum64(int count) {
        int record = take(12 * count);
        List<BtfType.Enumerator> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++, record += 12) {
            values.add(
                    new BtfType.Enumerator(
                            strings.at(u32(record), record), bytes.getLong(record + 4)));
        }
        return values;
    }

    private List<BtfType.Param> readParams(int count) {
        int record = take(8 * count);
        List<BtfType.Param> params = new ArrayList<>(count);
        for (int i = 0; i < count; i++, record += 8) {
            params.add(
                    new BtfType.Param(strings.at(u32(record), record), bytes.getInt(record + 4)));
        }
        return params;
    }

    private BtfType readVar(String name, int typeId, int at) {
        return new BtfType.Var(name, typeId, linkage(bytes.getInt(take(4)), at));
    }

    private BtfType.Linkage linkage(int number, int at) {
        return switch (number) {
            case 0 -> BtfType.Linkage.STATIC;
            case 1 -> BtfType.Linkage.GLOBAL;
            case 2 -> BtfType.Linkage.EXTERN;
            default -> throw malformed(at, "linkage " + number + " (expected: 0, 1 or 2)");
        };
    }

    private List<BtfType.SectionVar> readSection(int count) {
        int record = take(12 * count);
        List<BtfType.SectionVar> vars = new ArrayList<>(count);
        for (int i = 0; i < count; i++, record += 12) {
            vars.add(
                    new BtfType.SectionVar(
                            bytes.getInt(record),
                            bytes.getInt(record + 4),
                            bytes.getInt(record + 8)));
        }
        return vars;
    }

    private BtfType readDeclTag(String name, int target, int at) {
        int component = bytes.getInt(take(4));
        if (component < -1) {
            throw malformed(at, "tag on component " + component);
        }
        return new BtfType.DeclTag(name, target, component);
    }

    /// Where the next `length` bytes of the type section begin.
    private int take(int length) {
        int at = typeAt;
        require(at, length);
        typeAt += length;
        return at;
    }

    private void require(int at, int length) {
        if (length > typeEnd - at) {
            throw malformed(
                    at, "record of %d bytes, %d left in the types".formatted(length, typeEnd - at));
        }
    }

    private static void checkReferences(BtfSpec spec) {
        for (int id = 1; id < spec.count(); id++) {
            int from = id;
            BtfReferences.forEach(
                    spec.type(id),
                    to -> {
                        if (to < 0 || to >= spec.count()) {
                            throw spec.malformed(
                                    "type %d refers to type %s, only %d there are"
                                            .formatted(
                                                    from,
                                                    Integer.toUnsignedString(to),
                                                    spec.count()));
                        }
                    });
        }
    }

    private long u32(int at) {
        return Integer.toUnsignedLong(bytes.getInt(at));
    }

    private MalformedObjectException malformed(int at, String what) {
        return new MalformedObjectException(
                "%s: type %d at offset 0x%x: %s".formatted(where, types.size(), at, what));
    }
}
