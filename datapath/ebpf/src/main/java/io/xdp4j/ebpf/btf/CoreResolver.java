package io.xdp4j.ebpf.btf;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.UnsupportedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers the CO-RE relocations of one object from the kernel's types.
///
/// Thread: its caller's.
/// Fails: [LinkException] when candidates disagree; [UnsupportedException] for anonymous types.
/// Kernel: `bpf_core_calc_relo_insn` of libbpf.
public final class CoreResolver {
    private final BtfSpec local;
    private final BtfSpec target;
    private final CoreMatcher matcher;
    private final Map<String, List<Integer>> targetsByName = new HashMap<>();
    private final @Nullable CoreResolver otherwise;

    private CoreResolver(BtfSpec local, BtfSpec target, @Nullable CoreResolver otherwise) {
        this.local = local;
        this.target = target;
        this.matcher = new CoreMatcher(local, target);
        this.otherwise = otherwise;
        for (int id = 1; id < target.count(); id++) {
            String name = target.type(id).name();
            String essential = CoreTypes.essentialName(name);
            // A flavour in the object's own types is what it expects of some other kernel.
            if (!name.isEmpty() && (target != local || essential.equals(name))) {
                targetsByName.computeIfAbsent(essential, _ -> new ArrayList<>()).add(id);
            }
        }
    }

    /// A resolver for the types of one object.
    ///
    /// @param local the object's types
    /// @param target the kernel's
    public static CoreResolver of(BtfSpec local, BtfSpec target) {
        return new CoreResolver(local, target, null);
    }

    /// A resolver where no kernel's types are known: [NetworkTypes], and for names these do not have
    /// what the object itself says.
    public static CoreResolver withoutKernel(BtfSpec local) {
        return new CoreResolver(local, NetworkTypes.BTF, new CoreResolver(local, local, null));
    }

    /// What belongs into the relocation's instruction.
    public CoreAnswer resolve(CoreRelocation relocation) {
        String essential = CoreTypes.essentialName(local.type(relocation.typeId()).name());
        return otherwise == null || targetsByName.containsKey(essential)
                ? answer(relocation)
                : otherwise.answer(relocation);
    }

    private CoreAnswer answer(CoreRelocation relocation) {
        CoreKind kind = relocation.kind();
        CoreAccess wanted = CoreAccess.of(local, relocation);
        CoreValue before = CoreValue.of(local, kind, wanted);
        if (kind == CoreKind.TYPE_ID_LOCAL) {
            return answer(before, before);
        }
        String name = local.type(relocation.typeId()).name();
        if (name.isEmpty()) {
            throw new UnsupportedException(
                    "%s: CO-RE relocation of insn %d: %s of an anonymous type"
                            .formatted(local, relocation.insn(), kind));
        }
        CoreValue after = fromCandidates(relocation, wanted, name);
        return answer(before, after == null ? CoreValue.of(target, kind, null) : after);
    }

    /// The value all types that have the path agree on; null when there is none.
    private @Nullable CoreValue fromCandidates(
            CoreRelocation relocation, CoreAccess wanted, String name) {
        BtfType local = this.local.type(relocation.typeId());
        CoreAccess firstAccess = null;
        CoreValue first = null;
        for (int id : targetsByName.getOrDefault(CoreTypes.essentialName(name), List.of())) {
            CoreAccess access =
                    CoreTypes.areOfOneKind(local, target.type(id))
                            ? matcher.match(wanted, relocation.kind(), id)
                            : null;
            if (access == null) {
                continue;
            }
            CoreValue value = CoreValue.of(target, relocation.kind(), access);
            if (first == null || firstAccess == null) {
                first = value;
                firstAccess = access;
            } else if (firstAccess.bitOffset() != access.bitOffset()
                    || first.value() != value.value()
                    || first.missing() != value.missing()) {
                throw new LinkException(
                        "%s: CO-RE relocation of insn %d: %s of %s is %d or %d, by which type of %s is meant"
                                .formatted(
                                        this.local,
                                        relocation.insn(),
                                        relocation.kind(),
                                        name,
                                        first.value(),
                                        value.value(),
                                        target));
            }
        }
        return first;
    }

    private CoreAnswer answer(CoreValue before, CoreValue after) {
        return new CoreAnswer(
                before.value(),
                after.value(),
                !before.ambiguous(),
                before.missing() || after.missing(),
                before.size(),
                after.size(),
                isResizable(before, after));
    }

    /// Pointers are 64 bits to programs whatever the kernel's are; unsigned integers extend.
    private boolean isResizable(CoreValue before, CoreValue after) {
        if (before.size() == after.size() || after.size() == 0) {
            return true;
        }
        BtfType one = local.resolved(before.typeId());
        BtfType other = target.resolved(after.typeId());
        boolean pointers = one instanceof BtfType.Pointer && other instanceof BtfType.Pointer;
        return pointers
                || (one instanceof BtfType.Int a
                        && other instanceof BtfType.Int b
                        && !a.signed()
                        && !b.signed());
    }
}
