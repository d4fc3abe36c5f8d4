package io.xdp4j.conformance.prog;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Types as `bpf(BPF_BTF_LOAD)` takes them: what the kernel does not know of is put as it wants it.
///
/// Kernel: `struct btf_header`, `struct btf_type`.
final class BtfBytes {
    private static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES = 24;
    private static final int KIND_FLAG = 1 << 31;

    private final BtfSpec btf;
    private final ByteArrayOutputStream types = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> offsets = new HashMap<>();

    private BtfBytes(BtfSpec btf) {
        this.btf = btf;
        strings.write(0);
        offsets.put("", 0);
    }

    static byte[] of(BtfSpec btf) {
        BtfBytes bytes = new BtfBytes(btf);
        for (int id = 1; id < btf.count(); id++) {
            bytes.put(btf.type(id));
        }
        return bytes.whole();
    }

    private byte[] whole() {
        ByteBuffer all =
                ByteBuffer.allocate(HEADER_BYTES + types.size() + strings.size())
                        .order(ByteOrder.LITTLE_ENDIAN);
        all.putShort((short) MAGIC).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
        all.putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
        return all.put(types.toByteArray()).put(strings.toByteArray()).array();
    }

    private int text(String text) {
        return offsets.computeIfAbsent(
                text,
                added -> {
                    int at = strings.size();
                    strings.writeBytes(added.getBytes(StandardCharsets.UTF_8));
                    strings.write(0);
                    return at;
                });
    }

    private void words(int... words) {
        ByteBuffer bytes =
                ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        types.writeBytes(bytes.array());
    }

    private void head(String name, int kind, int count, int flag, int sizeOrType) {
        words(text(name), kind << 24 | count | flag, sizeOrType);
    }

    private void put(BtfType type) {
        switch (type) {
            case BtfType.VoidType _ -> throw new IllegalStateException("void has no number");
            case BtfType.Int integer -> put(integer);
            case BtfType.Pointer pointer -> head("", 2, 0, 0, pointer.target());
            case BtfType.Array array -> {
                head("", 3, 0, 0, 0);
                words(array.element(), array.index(), (int) array.count());
            }
            case BtfType.Struct struct -> put(struct);
            case BtfType.Enumeration constants -> put(constants);
            case BtfType.Forward forward ->
                    head(forward.name(), 7, 0, forward.union() ? KIND_FLAG : 0, 0);
            case BtfType.Typedef typedef -> head(typedef.name(), 8, 0, 0, typedef.target());
            case BtfType.Volatile modifier -> head("", 9, 0, 0, modifier.target());
            case BtfType.Const modifier -> head("", 10, 0, 0, modifier.target());
            case BtfType.Restrict modifier -> head("", 11, 0, 0, modifier.target());
            case BtfType.Func function -> {
                boolean global = function.linkage() == BtfType.Linkage.GLOBAL;
                head(function.name(), 12, global ? 1 : 0, 0, function.proto());
            }
            case BtfType.FuncProto proto -> put(proto);
            case BtfType.Var variable -> {
                head(variable.name(), 14, 0, 0, variable.typeId());
                words(variable.linkage() == BtfType.Linkage.STATIC ? 0 : 1);
            }
            case BtfType.DataSection section -> put(section);
            case BtfType.FloatType number -> head(number.name(), 16, 0, 0, number.size());
            case BtfType.DeclTag tag -> {
                head(tag.name(), 17, 0, 0, tag.target());
                words(tag.component());
            }
            case BtfType.TypeTag tag -> head(tag.name(), 18, 0, 0, tag.target());
        }
    }

    private void put(BtfType.Int integer) {
        head(integer.name(), 1, 0, 0, integer.size());
        int encoding =
                (integer.signed() ? 1 : 0)
                        | (integer.isChar() ? 2 : 0)
                        | (integer.isBool() ? 4 : 0);
        words(encoding << 24 | integer.bitOffset() << 16 | integer.bits());
    }

    private void put(BtfType.Struct struct) {
        boolean fields = struct.members().stream().anyMatch(member -> member.bitfieldSize() > 0);
        head(
                struct.name(),
                struct.union() ? 5 : 4,
                struct.members().size(),
                fields ? KIND_FLAG : 0,
                struct.size());
        for (BtfType.Member member : struct.members()) {
            int place =
                    fields ? member.bitfieldSize() << 24 | member.bitOffset() : member.bitOffset();
            words(text(member.name()), member.typeId(), place);
        }
    }

    private void put(BtfType.Enumeration constants) {
        int count = constants.values().size();
        int flag = constants.signed() ? KIND_FLAG : 0;
        head(constants.name(), constants.wide() ? 19 : 6, count, flag, constants.size());
        for (BtfType.Enumerator constant : constants.values()) {
            if (constants.wide()) {
                words(
                        text(constant.name()),
                        (int) constant.value(),
                        (int) (constant.value() >>> 32));
            } else {
                words(text(constant.name()), (int) constant.value());
            }
        }
    }

    /// Functions of the kernel are declared without names, which the kernel wants.
    private void put(BtfType.FuncProto proto) {
        head("", 13, proto.params().size(), 0, proto.returns());
        for (BtfType.Param parameter : proto.params()) {
            boolean nameless = parameter.name().isEmpty() && parameter.typeId() != 0;
            words(text(nameless ? "arg" : parameter.name()), parameter.typeId());
        }
    }

    /// A section that holds functions, or nothing, gives way to a number.
    private void put(BtfType.DataSection section) {
        boolean plain =
                section.size() > 0
                        && section.vars().stream()
                                .allMatch(each -> btf.type(each.typeId()) instanceof BtfType.Var);
        if (!plain) {
            head("unused", 1, 0, 0, 1);
            words(8);
            return;
        }
        head(section.name(), 15, section.vars().size(), 0, section.size());
        for (BtfType.SectionVar variable : section.vars()) {
            words(variable.typeId(), variable.offset(), variable.size());
        }
    }
}
