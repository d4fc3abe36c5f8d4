package io.xdp4j.testkit.ebpf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The types of generated programs, in BTF: functions and values with locks.
///
/// Kernel: `include/uapi/linux/btf.h`.
final class Types {
    static final int INT = 1;
    static final int LOCKED_VALUE = 3;
    static final int MAIN = 8;

    private static final int KIND_INT = 1;
    private static final int KIND_PTR = 2;
    private static final int KIND_STRUCT = 4;
    private static final int KIND_FUNC = 12;
    private static final int KIND_FUNC_PROTO = 13;
    private static final int HEADER_BYTES = 24;
    private static final int LINKAGE_STATIC = 0;
    private static final int LINKAGE_GLOBAL = 1;
    private static final byte[] BYTES = new Types().encode();

    private final ByteArrayOutputStream types = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();

    private Types() {
        strings.write(0);
    }

    static byte[] bytes() {
        return BYTES.clone();
    }

    /// The function type's id.
    static int function(FunctionKind kind) {
        return switch (kind) {
            case STATIC -> 9;
            case GLOBAL -> 10;
            case LOOP_CALLBACK -> 11;
            case ELEMENT_CALLBACK -> 12;
        };
    }

    private byte[] encode() {
        type("int", KIND_INT, 0, 4); // 1
        words(1 << 24 | 32);
        type("bpf_spin_lock", KIND_STRUCT, 1, 4); // 2
        member("val", 1, 0);
        type("locked_value", KIND_STRUCT, 4, 16); // 3
        member("lock", 2, 0);
        member("a", 1, 32);
        member("b", 1, 64);
        member("c", 1, 96);
        type("xdp_md", KIND_STRUCT, 6, 24); // 4
        for (int i = 0; i < 6; i++) {
            member("w" + i, 1, i * 32);
        }
        type("", KIND_PTR, 0, 4); // 5
        type("", KIND_FUNC_PROTO, 1, 1); // 6: int (struct xdp_md *)
        parameter("ctx", 5);
        type("", KIND_FUNC_PROTO, 3, 1); // 7: int (struct xdp_md *, int, int)
        parameter("ctx", 5);
        parameter("a", 1);
        parameter("b", 1);
        type("prog", KIND_FUNC, LINKAGE_GLOBAL, 6); // 8
        type("part", KIND_FUNC, LINKAGE_STATIC, 7); // 9
        type("whole", KIND_FUNC, LINKAGE_GLOBAL, 7); // 10
        type("each_round", KIND_FUNC, LINKAGE_STATIC, 13); // 11
        type("each_element", KIND_FUNC, LINKAGE_STATIC, 15); // 12
        type("", KIND_FUNC_PROTO, 2, 1); // 13: int (int, void *)
        parameter("index", 1);
        parameter("data", 14);
        type("", KIND_PTR, 0, 0); // 14
        type("", KIND_FUNC_PROTO, 4, 1); // 15: int (void *, void *, void *, void *)
        parameter("map", 14);
        parameter("key", 14);
        parameter("value", 14);
        parameter("data", 14);
        return assemble();
    }

    private byte[] assemble() {
        ByteBuffer all =
                ByteBuffer.allocate(HEADER_BYTES + types.size() + strings.size())
                        .order(ByteOrder.LITTLE_ENDIAN);
        all.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
        all.putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
        return all.put(types.toByteArray()).put(strings.toByteArray()).array();
    }

    private void type(String name, int kind, int length, int sizeOrType) {
        words(string(name), kind << 24 | length, sizeOrType);
    }

    private void member(String name, int type, int bits) {
        words(string(name), type, bits);
    }

    private void parameter(String name, int type) {
        words(string(name), type);
    }

    private void words(int... values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        types.writeBytes(bytes.array());
    }

    private int string(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        int at = strings.size();
        strings.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        strings.write(0);
        return at;
    }
}
