package io.xdp4j.ebpf.btf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Looks for the counterpart of a path among the kernel's types.
///
/// Thread: its caller's.
/// Fails: [io.xdp4j.ebpf.MalformedObjectException] for types nested without end.
/// Kernel: `bpf_core_spec_match` of libbpf.
final class CoreMatcher {
    private static final int MOST_VISITS = 1_000_000;

    private final BtfSpec local;
    private final BtfSpec target;
    private int visits;

    CoreMatcher(BtfSpec local, BtfSpec target) {
        this.local = local;
        this.target = target;
    }

    /// A path being followed in the kernel's types.
    private static final class Walk {
        final List<CoreAccess.Step> steps = new ArrayList<>();
        long bits;
        int typeId;
    }

    /// The same path from that type, or null when it does not exist there.
    @Nullable CoreAccess match(CoreAccess wanted, CoreKind kind, int targetId) {
        visits = 0;
        if (kind.isOfField()) {
            return matchField(wanted, targetId);
        }
        if (kind.isOfEnumValue()) {
            return matchEnumerator(wanted, targetId);
        }
        boolean fits =
                kind == CoreKind.TYPE_MATCHES
                        ? new CoreTypes(local, target).matches(wanted.rootId(), targetId)
                        : new CoreTypes(local, target).areCompatible(wanted.rootId(), targetId);
        return fits ? new CoreAccess(targetId, List.of(), 0) : null;
    }

    private @Nullable CoreAccess matchEnumerator(CoreAccess wanted, int targetId) {
        int id = target.resolve(targetId);
        if (target.type(id) instanceof BtfType.Enumeration values) {
            String name = CoreTypes.essentialName(wanted.last().name());
            for (int i = 0; i < values.values().size(); i++) {
                String candidate = values.values().get(i).name();
                if (CoreTypes.essentialName(candidate).equals(name)) {
                    return new CoreAccess(
                            targetId, List.of(new CoreAccess.Step(id, i, candidate)), 0);
                }
            }
        }
        return null;
    }

    private @Nullable CoreAccess matchField(CoreAccess wanted, int targetId) {
        Walk walk = new Walk();
        walk.typeId = targetId;
        for (int i = 0; i < wanted.steps().size(); i++) {
            CoreAccess.Step step = wanted.steps().get(i);
            walk.typeId = target.resolve(walk.typeId);
            boolean found =
                    step.isNamed() ? member(step, walk, 0) : element(step.index(), walk, i > 0);
            if (!found) {
                return null;
            }
        }
        return new CoreAccess(targetId, walk.steps, walk.bits);
    }

    private boolean element(int index, Walk walk, boolean ofArray) {
        if (ofArray) {
            if (!(target.type(walk.typeId) instanceof BtfType.Array array)) {
                return false;
            }
            CoreAccess.Step holder = walk.steps.isEmpty() ? null : walk.steps.getLast();
            if (index >= array.count() && !CoreAccess.isFlexible(target, holder, array)) {
                return false;
            }
            walk.typeId = target.resolve(array.element());
        }
        walk.steps.add(new CoreAccess.Step(walk.typeId, index, ""));
        if (index != 0) {
            walk.bits += index * 8L * target.sizeOf(walk.typeId);
        }
        return true;
    }

    /// Goes to the member of that name, also through anonymous structs and unions.
    private boolean member(CoreAccess.Step wanted, Walk walk, int depth) {
        if (++visits > MOST_VISITS || depth > BtfSpec.MAX_DEPTH) {
            throw target.malformed("type " + walk.typeId + ": too much nesting for CO-RE");
        }
        int structId = target.resolve(walk.typeId);
        if (!(target.type(structId) instanceof BtfType.Struct struct)) {
            return false;
        }
        for (int i = 0; i < struct.members().size(); i++) {
            BtfType.Member candidate = struct.members().get(i);
            if (candidate.name().equals(wanted.name())) {
                if (!fieldsAreCompatible(wanted, candidate.typeId())) {
                    return false;
                }
                walk.steps.add(new CoreAccess.Step(structId, i, candidate.name()));
                walk.bits += candidate.bitOffset();
                walk.typeId = candidate.typeId();
                return true;
            }
            if (candidate.name().isEmpty()) {
                walk.typeId = candidate.typeId();
                walk.bits += candidate.bitOffset();
                if (member(wanted, walk, depth + 1)) {
                    return true;
                }
                walk.bits -= candidate.bitOffset();
            }
            visits++;
        }
        walk.typeId = structId;
        return false;
    }

    private boolean fieldsAreCompatible(CoreAccess.Step wanted, int targetId) {
        if (local.type(wanted.typeId()) instanceof BtfType.Struct struct) {
            int memberType = struct.members().get(wanted.index()).typeId();
            return new CoreTypes(local, target).fieldsAreCompatible(memberType, targetId);
        }
        return false;
    }
}
