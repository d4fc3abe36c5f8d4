package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import org.jspecify.annotations.Nullable;

/// Finds out what the bytes at some offset of a structure are.
///
/// Kernel: `btf_struct_walk`, `btf_struct_access`.
final class StructWalk {
    /// What was found.
    ///
    /// @param pointee number of the structure that the bytes point to, 0 for a number
    /// @param owner name of the innermost structure around the bytes
    /// @param field name of the pointer
    /// @param tags `rcu`, `percpu` or `user` as the pointer's type says
    /// @param inUnion true when the way led through a union
    record Found(int pointee, String owner, String field, String tags, boolean inUnion) {
        static final Found NUMBER = new Found(0, "", "", "", false);

        boolean isPointer() {
            return pointee != 0;
        }
    }

    private final Verification v;
    private final BtfSpec btf;
    private boolean inUnion;

    StructWalk(Verification v, BtfSpec btf) {
        this.v = v;
        this.btf = btf;
    }

    /// What a load of `size` bytes at `off` gives.
    ///
    /// Fails: rejects the program where there is no such field.
    Found access(int structId, int off, int size) {
        int id = structId;
        int at = off;
        for (int depth = 0; depth < BtfSpec.MAX_DEPTH; depth++) {
            if (!(btf.resolved(id) instanceof BtfType.Struct struct)) {
                throw v.reject(Errno.EINVAL, "Type '%s' is not a struct", btf.text(id));
            }
            BtfType.Array tail = at + size > struct.size() ? flexibleTail(struct, at) : null;
            if (tail != null) {
                int start = lastMember(struct).bitOffset() / Byte.SIZE;
                id = btf.resolve(tail.element());
                at = (at - start) % Math.max(1, btf.sizeOf(id));
                continue;
            }
            if (at + size > struct.size()) {
                throw v.reject(
                        Errno.EACCES,
                        "access beyond struct %s at off %d size %d",
                        struct.name(),
                        at,
                        size);
            }
            Step step = step(struct, at, size);
            if (step.found() != null) {
                return step.found();
            }
            id = step.next();
            at = step.at();
        }
        throw v.reject(Errno.EINVAL, "struct nested too deep");
    }

    /// Either an answer, or the structure to go on in.
    private record Step(@Nullable Found found, int next, int at) {}

    private static BtfType.Member lastMember(BtfType.Struct struct) {
        return struct.members().getLast();
    }

    /// The array without a length that ends a structure, when it holds structures.
    private BtfType.@Nullable Array flexibleTail(BtfType.Struct struct, int at) {
        if (struct.members().isEmpty()
                || !(btf.resolved(lastMember(struct).typeId()) instanceof BtfType.Array array)
                || array.count() != 0
                || at < lastMember(struct).bitOffset() / Byte.SIZE
                || !(btf.resolved(array.element()) instanceof BtfType.Struct element)
                || element.size() == 0) {
            return null;
        }
        return array;
    }

    private Step step(BtfType.Struct struct, int off, int size) {
        for (BtfType.Member member : struct.members()) {
            int start = member.bitOffset() / Byte.SIZE;
            if (member.bitfieldSize() > 0) {
                int end = member.bitOffset() + member.bitfieldSize();
                if (end <= off * Byte.SIZE) {
                    continue;
                }
                if (off + size <= start) {
                    break;
                }
                return new Step(Found.NUMBER, 0, 0);
            }
            if (off + size <= start) {
                if (struct.union()) {
                    continue;
                }
                break;
            }
            int bytes = btf.sizeOf(member.typeId());
            if (off >= start + bytes) {
                continue;
            }
            return inMember(struct, member, start, off, size);
        }
        throw v.reject(
                Errno.EINVAL, "struct %s doesn't have field at offset %d", struct.name(), off);
    }

    private Step inMember(
            BtfType.Struct struct, BtfType.Member member, int from, int off, int size) {
        int type = btf.resolve(member.typeId());
        int start = from;
        while (btf.type(type) instanceof BtfType.Array array) {
            type = btf.resolve(array.element());
            int bytes = btf.type(type) instanceof BtfType.Array ? 0 : btf.sizeOf(type);
            if (bytes > 0) {
                start += (off - start) / bytes * bytes;
            }
        }
        int end = from + btf.sizeOf(member.typeId());
        return switch (btf.type(type)) {
            case BtfType.Struct inner -> {
                inUnion |= inner.union() && inner.members().size() != 1;
                yield new Step(null, type, off - start);
            }
            case BtfType.Pointer pointer -> {
                if (size != Long.BYTES || off != start) {
                    throw partOf(struct, member, start, off, size);
                }
                yield new Step(pointee(struct, member, pointer), 0, 0);
            }
            default -> {
                if (off + size > end) {
                    throw beyond(struct, member, end, off, size);
                }
                yield new Step(Found.NUMBER, 0, 0);
            }
        };
    }

    private Rejection partOf(
            BtfType.Struct struct, BtfType.Member member, int start, int off, int size) {
        return v.reject(
                Errno.EACCES,
                "cannot access ptr member %s with moff %d in struct %s with off %d size %d",
                member.name(),
                start,
                struct.name(),
                off,
                size);
    }

    private Rejection beyond(
            BtfType.Struct struct, BtfType.Member member, int end, int off, int size) {
        return v.reject(
                Errno.EACCES,
                "access beyond the end of member %s (mend:%d) in struct %s with off %d size %d",
                member.name(),
                end,
                struct.name(),
                off,
                size);
    }

    private Found pointee(BtfType.Struct struct, BtfType.Member member, BtfType.Pointer pointer) {
        String tag =
                btf.type(pointer.target()) instanceof BtfType.TypeTag typeTag ? typeTag.name() : "";
        int target = btf.resolve(pointer.target());
        if (!(btf.type(target) instanceof BtfType.Struct)) {
            return Found.NUMBER;
        }
        return new Found(target, struct.name(), member.name(), tag, inUnion);
    }

    /// True when a `wanted` of the other types lies at that offset: the structure itself, or the
    /// first field of one.
    ///
    /// @param strict false to look into the structure
    static boolean matches(
            Verification v,
            @Nullable BtfSpec btf,
            int id,
            int off,
            @Nullable BtfSpec wantedBtf,
            int wanted,
            boolean strict) {
        if (btf == null || btf != wantedBtf) {
            return false;
        }
        int at = btf.resolve(id);
        int left = off;
        int goal = btf.resolve(wanted);
        for (int depth = 0; depth < BtfSpec.MAX_DEPTH; depth++) {
            if (left == 0 && at == goal) {
                return true;
            }
            if (strict || !(btf.type(at) instanceof BtfType.Struct struct)) {
                return false;
            }
            int next = 0;
            for (BtfType.Member member : struct.members()) {
                int start = member.bitOffset() / Byte.SIZE;
                if (btf.resolved(member.typeId()) instanceof BtfType.Struct inner
                        && left >= start
                        && left < start + Math.max(1, inner.size())) {
                    next = btf.resolve(member.typeId());
                    left -= start;
                    break;
                }
            }
            if (next == 0) {
                return false;
            }
            at = next;
        }
        return false;
    }
}
