package io.xdp4j.ebpf.verifier;

/// One field of a program type's context.
///
/// @param type what a load gives
/// @param flags modifiers of the type
/// @param narrow true when parts of the field may be loaded
/// @param writable true when programs may store to it
/// @param writesNarrow true when they may store to parts of it
record ContextField(
        String name,
        int offset,
        int size,
        RegType type,
        int flags,
        boolean narrow,
        boolean writable,
        boolean writesNarrow) {
    static ContextField word(String name, int offset) {
        return new ContextField(name, offset, 4, RegType.SCALAR, 0, true, false, false);
    }

    static ContextField pointer(String name, int offset, RegType type) {
        return new ContextField(name, offset, 4, type, 0, false, false, false);
    }

    ContextField whole() {
        return new ContextField(name, offset, size, type, flags, false, writable, false);
    }

    ContextField andWritable() {
        return new ContextField(name, offset, size, type, flags, narrow, true, narrow);
    }

    /// Writable, but never in part.
    ContextField writableWhole() {
        return new ContextField(name, offset, size, type, flags, narrow, true, false);
    }

    /// True when an access of that place and size is one of this field.
    boolean admits(int at, int bytes, boolean write) {
        if (at < offset || at + bytes > offset + size) {
            return false;
        }
        if (write) {
            return writable
                    && ((at == offset && bytes == size) || (writesNarrow && at % bytes == 0));
        }
        return narrow ? at % bytes == 0 : at == offset && bytes == size;
    }
}
