package io.xdp4j.linux.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// `struct ifreq`: a name of 16 bytes, then a union of 24.
final class IfReqLayout {
    static final int SIZE = 40;
    static final int NAME_BYTES = 16;
    static final int UNION = 16;

    private IfReqLayout() {}

    /// A zeroed request for the device `name`.
    static MemorySegment of(Arena arena, String name) {
        MemorySegment request = arena.allocate(SIZE, 8);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= NAME_BYTES || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("name: \"" + name + "\" (expected: 1..15 bytes)");
        }
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, request, 0, bytes.length);
        return request;
    }

    static String name(MemorySegment request) {
        return request.asSlice(0, NAME_BYTES).getString(0);
    }
}
