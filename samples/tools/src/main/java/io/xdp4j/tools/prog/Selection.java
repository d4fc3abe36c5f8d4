package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which programs of an object are asked for.
///
/// @param program name, null for any
/// @param section as the object spells it, null for any
/// @param type in place of what sections say, null to keep that
record Selection(@Nullable String program, @Nullable String section, @Nullable ProgramType type) {

    /// The type of that name, as bpftool spells it.
    static @Nullable ProgramType type(String text) {
        for (ProgramType type : ProgramType.values()) {
            if (type.text().equalsIgnoreCase(text) || type.name().equalsIgnoreCase(text)) {
                return type;
            }
        }
        return null;
    }

    boolean isWhole() {
        return program == null && section == null;
    }

    /// The programs asked for; without a name and section every XDP program, or all of them where
    /// a type is given.
    ///
    /// Fails: [LinkException] when there is none.
    List<ProgramSpec> of(CollectionSpec object) {
        List<ProgramSpec> found = object.programs().stream().filter(spec -> matches(spec)).toList();
        if (!found.isEmpty()) {
            return found;
        }
        if (program != null && object.programs().stream().noneMatch(this::hasName)) {
            object.program(program);
        }
        if (section != null) {
            object.programsIn(section);
        }
        throw new LinkException(
                "%s: no XDP program (programs: %s); name one with --program, or take all with --type xdp"
                        .formatted(
                                object.file(),
                                object.programs().stream().map(ProgramSpec::name).toList()));
    }

    private boolean hasName(ProgramSpec spec) {
        return spec.name().equals(program);
    }

    private boolean matches(ProgramSpec spec) {
        if (isWhole()) {
            return type != null || spec.section().startsWith("xdp");
        }
        return (program == null || hasName(spec))
                && (section == null || spec.section().equals(section));
    }

    /// The one program asked for.
    ///
    /// Fails: [LinkException] when there is none, or more than one.
    ProgramSpec one(CollectionSpec object) {
        List<ProgramSpec> found = of(object);
        if (found.size() > 1) {
            throw new LinkException(
                    "%s: %d programs (%s); name one with --program"
                            .formatted(
                                    object.file(),
                                    found.size(),
                                    String.join(
                                            ", ", found.stream().map(ProgramSpec::name).toList())));
        }
        return found.getFirst();
    }

    /// True for programs that are loaded beside the one that runs, for prog arrays.
    boolean isCompanion(ProgramSpec spec) {
        return type != null || spec.type() == ProgramType.XDP;
    }
}
