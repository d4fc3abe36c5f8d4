package io.xdp4j.ebpf.btf;

import org.jspecify.annotations.Nullable;

/// What a relocation asks about a path, answered for one set of types.
///
/// Kernel: `bpf_core_calc_field_relo`, `bpf_core_calc_type_relo`, `bpf_core_calc_enumval_relo`.
///
/// @param size bytes of the field where a load or store may depend on it, else 0
/// @param typeId of that field
/// @param ambiguous true when compilers differ in how they would answer
/// @param missing true when the question needs a path and there is none
record CoreValue(long value, int size, int typeId, boolean ambiguous, boolean missing) {
    private static final CoreValue MISSING = new CoreValue(0, 0, 0, false, true);

    private static CoreValue of(long value) {
        return new CoreValue(value, 0, 0, false, false);
    }

    /// @param access null when the types have no such path
    static CoreValue of(BtfSpec btf, CoreKind kind, @Nullable CoreAccess access) {
        return switch (kind) {
            case FIELD_EXISTS, TYPE_EXISTS, TYPE_MATCHES, ENUMVAL_EXISTS ->
                    of(access == null ? 0 : 1);
            case TYPE_ID_LOCAL, TYPE_ID_TARGET ->
                    new CoreValue(access == null ? 0 : access.rootId(), 0, 0, true, false);
            case TYPE_SIZE -> of(access == null ? 0 : btf.sizeOf(access.rootId()));
            case ENUMVAL_VALUE -> access == null ? MISSING : of(enumerator(btf, access.last()));
            case FIELD_BYTE_OFFSET,
                    FIELD_BYTE_SIZE,
                    FIELD_SIGNED,
                    FIELD_LSHIFT_U64,
                    FIELD_RSHIFT_U64 ->
                    access == null ? MISSING : field(btf, kind, access);
        };
    }

    private static long enumerator(BtfSpec btf, CoreAccess.Step step) {
        return btf.type(step.typeId()) instanceof BtfType.Enumeration values
                ? values.values().get(step.index()).value()
                : 0;
    }

    private static CoreValue field(BtfSpec btf, CoreKind kind, CoreAccess access) {
        CoreAccess.Step last = access.last();
        if (!last.isNamed()) {
            return element(btf, kind, access, last);
        }
        if (!(btf.type(last.typeId()) instanceof BtfType.Struct struct)) {
            return MISSING;
        }
        BtfType.Member member = struct.members().get(last.index());
        int typeId = btf.resolve(member.typeId());
        return member.bitfieldSize() > 0
                ? bitfield(btf, kind, access.bitOffset(), member.bitfieldSize(), typeId)
                : plain(btf, kind, access.bitOffset(), typeId);
    }

    private static CoreValue element(
            BtfSpec btf, CoreKind kind, CoreAccess access, CoreAccess.Step last) {
        int size = btf.sizeOf(last.typeId());
        return switch (kind) {
            case FIELD_BYTE_OFFSET ->
                    new CoreValue(access.bitOffset() / 8, size, last.typeId(), false, false);
            case FIELD_BYTE_SIZE -> of(size);
            default -> throw btf.malformed("CO-RE: %s of an array element".formatted(kind));
        };
    }

    private static CoreValue plain(BtfSpec btf, CoreKind kind, long bitOffset, int typeId) {
        int size = btf.sizeOf(typeId);
        return switch (kind) {
            case FIELD_BYTE_OFFSET -> {
                // A load takes one element of an array.
                int loaded = typeId;
                if (btf.type(typeId) instanceof BtfType.Array array) {
                    loaded = btf.resolve(array.element());
                }
                yield new CoreValue(bitOffset / 8, btf.sizeOf(loaded), loaded, false, false);
            }
            case FIELD_BYTE_SIZE -> of(size);
            case FIELD_SIGNED -> of(isSigned(btf, typeId) ? 1 : 0);
            case FIELD_LSHIFT_U64, FIELD_RSHIFT_U64 -> of(Long.SIZE - size * 8L);
            default -> MISSING;
        };
    }

    private static CoreValue bitfield(
            BtfSpec btf, CoreKind kind, long bitOffset, int bits, int typeId) {
        long size = btf.sizeOf(typeId);
        if (size == 0) {
            throw btf.malformed("CO-RE: bit field of type %d without a size".formatted(typeId));
        }
        long offset = bitOffset / 8 / size * size;
        while (bitOffset + bits > (offset + size) * 8) {
            if (size >= Long.BYTES) {
                throw btf.malformed(
                        "CO-RE: bit field of %d bits at bit %d spans more than 8 bytes"
                                .formatted(bits, bitOffset));
            }
            size *= 2;
            offset = bitOffset / 8 / size * size;
        }
        return switch (kind) {
            case FIELD_BYTE_OFFSET -> new CoreValue(offset, 0, 0, true, false);
            case FIELD_BYTE_SIZE -> new CoreValue(size, 0, 0, true, false);
            case FIELD_SIGNED -> of(isSigned(btf, typeId) ? 1 : 0);
            case FIELD_LSHIFT_U64 ->
                    new CoreValue(Long.SIZE - (bitOffset + bits - offset * 8), 0, 0, true, false);
            case FIELD_RSHIFT_U64 -> of(Long.SIZE - bits);
            default -> MISSING;
        };
    }

    private static boolean isSigned(BtfSpec btf, int typeId) {
        return switch (btf.type(typeId)) {
            case BtfType.Int integer -> integer.signed();
            case BtfType.Enumeration values -> values.signed();
            default -> false;
        };
    }
}
