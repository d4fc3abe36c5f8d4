package io.xdp4j.ebpf.verifier;

/// One field of a program type's context.
///
/// @param type what a load gives
/// @param flags modifiers of the type
/// @param parts which parts of the field may be loaded, besides the whole
/// @param writable true when programs may store to it
/// @param writesNarrow true when they may store to parts of it
record ContextField(
        String name,
        int offset,
        int size,
        RegType type,
        int flags,
        Parts parts,
        boolean writable,
        boolean writesNarrow) {
    /// Parts of a field that may be loaded.
    enum Parts {
        NONE,
        /// The first bytes.
        HEAD,
        /// Any that are aligned.
        ANY
    }

    static ContextField word(String name, int offset) {
        return number(name, offset, 4, Parts.ANY);
    }

    static ContextField number(String name, int offset, int size, Parts parts) {
        return new ContextField(name, offset, size, RegType.SCALAR, 0, parts, false, false);
    }

    /// A pointer as wide as the kernel's.
    static ContextField object(String name, int offset, RegType type, int flags) {
        return new ContextField(name, offset, 8, type, flags, Parts.NONE, false, false);
    }

    static ContextField pointer(String name, int offset, RegType type) {
        return new ContextField(name, offset, 4, type, 0, Parts.NONE, false, false);
    }

    ContextField whole() {
        return new ContextField(name, offset, size, type, flags, Parts.NONE, writable, false);
    }

    ContextField andWritable() {
        return new ContextField(name, offset, size, type, flags, parts, true, parts == Parts.ANY);
    }

    /// Writable, but never in part.
    ContextField writableWhole() {
        return new ContextField(name, offset, size, type, flags, parts, true, false);
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
        return switch (parts) {
            case NONE -> at == offset && bytes == size;
            case HEAD -> at == offset;
            case ANY -> at % bytes == 0;
        };
    }
}
