package io.xdp4j.ebpf.btf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes the binary form of BTF word by word, sound or not.
final class RawBtf {
    static final int INT = 1;
    static final int PTR = 2;
    static final int ARRAY = 3;
    static final int STRUCT = 4;
    static final int TYPEDEF = 8;
    static final int CONST = 10;
    static final int VAR = 14;

    private final ByteArrayOutputStream types = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();

    RawBtf() {
        strings.write(0);
    }

    int string(String text) {
        int at = strings.size();
        strings.writeBytes((text + "\0").getBytes(StandardCharsets.UTF_8));
        return at;
    }

    RawBtf words(int... words) {
        ByteBuffer buffer = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            buffer.putInt(word);
        }
        types.writeBytes(buffer.array());
        return this;
    }

    /// A type's first three words, then others.
    RawBtf type(int kind, int count, String name, int sizeOrType, int... more) {
        words(name.isEmpty() ? 0 : string(name), kind << 24 | count, sizeOrType);
        return words(more);
    }

    RawBtf integer(String name, int size, boolean signed) {
        return type(INT, 0, name, size, (signed ? 1 << 24 : 0) | size * 8);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(24 + types.size() + strings.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) BtfReader.MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putInt(24)
                .putInt(0)
                .putInt(types.size())
                .putInt(types.size())
                .putInt(strings.size())
                .put(types.toByteArray())
                .put(strings.toByteArray())
                .array();
    }

    BtfSpec parse() {
        return BtfSpec.parse(bytes(), "t.o: section .BTF");
    }
}
