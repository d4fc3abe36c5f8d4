package io.xdp4j.linux.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// The argument block of one `bpf(2)` call, with the memory that it points to.
///
/// - Thread: one.
/// - Owns: its memory, until closed.
/// - Kernel: `union bpf_attr`.
final class BpfAttr implements AutoCloseable {
    /// Large enough for every command used here; the kernel wants the rest zero.
    private static final int BYTES = 168;

    /// Bytes of a name with its terminating zero (`BPF_OBJ_NAME_LEN`).
    private static final int NAME_BYTES = 16;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment attr = arena.allocate(BYTES, Long.BYTES);

    BpfAttr u32(int offset, int value) {
        attr.set(ValueLayout.JAVA_INT, offset, value);
        return this;
    }

    BpfAttr u64(int offset, long value) {
        attr.set(ValueLayout.JAVA_LONG, offset, value);
        return this;
    }

    /// Stores the address of a copy of the bytes; 0 for none.
    BpfAttr pointer(int offset, byte[] bytes) {
        return bytes.length == 0 ? this : u64(offset, copy(bytes).address());
    }

    /// Stores the address of the text with its terminating zero.
    BpfAttr text(int offset, String text) {
        return u64(offset, arena.allocateFrom(text).address());
    }

    /// Stores an object name, cut and cleaned to what the kernel takes.
    BpfAttr name(int offset, String name) {
        byte[] bytes = name.replaceAll("[^A-Za-z0-9_.]", "_").getBytes(StandardCharsets.US_ASCII);
        int length = Math.min(bytes.length, NAME_BYTES - 1);
        MemorySegment.copy(bytes, 0, attr, ValueLayout.JAVA_BYTE, offset, length);
        return this;
    }

    /// Memory that the kernel writes.
    MemorySegment buffer(int offset, int bytes) {
        MemorySegment buffer = arena.allocate(Math.max(bytes, 1), Long.BYTES);
        u64(offset, buffer.address());
        return buffer;
    }

    MemorySegment copy(byte[] bytes) {
        MemorySegment copy = arena.allocate(bytes.length, Long.BYTES);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return copy;
    }

    int u32(int offset) {
        return attr.get(ValueLayout.JAVA_INT, offset);
    }

    long address() {
        return attr.address();
    }

    int sizeBytes() {
        return BYTES;
    }

    @Override
    public void close() {
        arena.close();
    }
}
