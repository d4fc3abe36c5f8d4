package io.xdp4j.ebpf.btf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes types from declarations as C writes them, laid out as the BPF target does.
///
/// A declaration is `TYPE NAME`, `TYPE NAME[COUNT]`, `TYPE NAME:BITS` or `TYPE *NAME`, where the
/// type was declared before; the name `.` stands for none, of a struct or union whose members count
/// as the outer one's. Only for declarations in code that is trusted.
///
/// Thread: its caller's.
/// Fails: `IllegalArgumentException` for a type that was not declared.
public final class BtfBuilder {
    private static final int WORD = 8;

    private final List<BtfType> types = new ArrayList<>();
    private final Map<String, Integer> byName = new HashMap<>();

    public BtfBuilder() {
        types.add(new BtfType.VoidType());
        byName.put("void", 0);
    }

    private int add(String key, BtfType type) {
        Integer known = byName.get(key);
        if (known != null) {
            return known;
        }
        types.add(type);
        byName.put(key, types.size() - 1);
        return types.size() - 1;
    }

    /// An integer of that many bytes.
    public BtfBuilder integer(String name, int size, boolean signed) {
        add(name, new BtfType.Int(name, size, 0, size * 8, signed, false, false));
        return this;
    }

    /// Another name for a type.
    public BtfBuilder typedef(String name, String type) {
        add(name, new BtfType.Typedef(name, idOf(type)));
        return this;
    }

    /// An enumeration of four bytes with values from 0.
    public BtfBuilder enumeration(String name, String... values) {
        List<BtfType.Enumerator> enumerators = new ArrayList<>();
        for (String value : values) {
            enumerators.add(new BtfType.Enumerator(value, enumerators.size()));
        }
        add("enum " + name, new BtfType.Enumeration(name, 4, false, false, enumerators));
        return this;
    }

    /// A struct that is known by name only.
    public BtfBuilder forward(String name) {
        add("struct " + name, new BtfType.Forward(name, false));
        return this;
    }

    /// A struct with its members laid out one behind the other.
    public BtfBuilder struct(String name, String... declarations) {
        return composite(name, false, declarations);
    }

    /// A union.
    public BtfBuilder union(String name, String... declarations) {
        return composite(name, true, declarations);
    }

    private BtfBuilder composite(String name, boolean union, String... declarations) {
        List<BtfType.Member> members = new ArrayList<>();
        int bits = 0;
        int end = 0;
        int align = 1;
        for (String declaration : declarations) {
            Declaration declared = declaration(declaration);
            int size = sizeOf(declared.typeId());
            int alignment = alignOf(declared.typeId());
            align = Math.max(align, alignment);
            int start = union ? 0 : bits;
            int width = declared.bits() > 0 ? declared.bits() : size * WORD;
            boolean crosses =
                    declared.bits() == 0
                            || start / (size * WORD) != (start + width - 1) / (size * WORD);
            if (crosses) {
                start = (start + alignment * WORD - 1) / (alignment * WORD) * alignment * WORD;
            }
            members.add(
                    new BtfType.Member(declared.name(), declared.typeId(), start, declared.bits()));
            bits = start + width;
            end = Math.max(end, bits);
        }
        int bytes = (end + align * WORD - 1) / (align * WORD) * align;
        String key = (union ? "union " : "struct ") + name;
        add(key, new BtfType.Struct(name, union, bytes, members));
        return this;
    }

    private record Declaration(String name, int typeId, int bits) {}

    private Declaration declaration(String text) {
        int split = text.lastIndexOf(' ');
        String type = text.substring(0, split).strip();
        String name = text.substring(split + 1);
        int id = idOf(type);
        for (; name.startsWith("*"); name = name.substring(1)) {
            id = add("* " + id, new BtfType.Pointer(id));
        }
        int bracket = name.indexOf('[');
        if (bracket >= 0) {
            int count = Integer.parseInt(name.substring(bracket + 1, name.length() - 1));
            id = add("[] " + id + " " + count, new BtfType.Array(id, indexType(), count));
            return new Declaration(name.substring(0, bracket), id, 0);
        }
        if (name.equals(".")) {
            return new Declaration("", id, 0);
        }
        int colon = name.indexOf(':');
        return colon < 0
                ? new Declaration(name, id, 0)
                : new Declaration(
                        name.substring(0, colon), id, Integer.parseInt(name.substring(colon + 1)));
    }

    private int indexType() {
        return add(
                "unsigned int",
                new BtfType.Int("unsigned int", Integer.BYTES, 0, 32, false, false, false));
    }

    private int idOf(String type) {
        Integer id = byName.get(type);
        if (id == null) {
            throw new IllegalArgumentException(
                    "type: " + type + " (expected: one that was declared before)");
        }
        return id;
    }

    private int sizeOf(int id) {
        return soFar().sizeOf(id);
    }

    private int alignOf(int id) {
        return soFar().alignOf(id);
    }

    private BtfSpec soFar() {
        return new BtfSpec("BTF in the making", types);
    }

    /// The types declared so far.
    ///
    /// @param where what messages call them
    public BtfSpec build(String where) {
        return new BtfSpec(where, types);
    }
}
