package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// What the kinds of redirect maps share: the form of a value, the flags, the backend's word.
final class RedirectRules {
    /// Ring sizes above this are refused.
    static final int MAX_QUEUE = 16384;

    private RedirectRules() {}

    static int backendError(
            RedirectMap.@Nullable Backend backend, int key, int value, int program) {
        return backend == null ? 0 : backend.set(key, value, program);
    }

    static int program(MapSpec spec, long value) {
        return spec.valueSize() == 8 ? RawMemory.getInt(value + 4) : 0;
    }

    /// Devices take program descriptors above 0 only; a descriptor of 0 or less is none.
    static boolean hasProgram(int programFd) {
        return programFd > 0;
    }

    static boolean areBadFlags(long flags) {
        return Long.compareUnsigned(flags, MapFlags.EXIST) > 0;
    }

    static byte[] toUser(MapSpec spec, long cell) {
        byte[] bytes = new byte[spec.valueSize()];
        RawMemory.copyOut(cell, bytes, 0, bytes.length);
        return bytes;
    }
}
