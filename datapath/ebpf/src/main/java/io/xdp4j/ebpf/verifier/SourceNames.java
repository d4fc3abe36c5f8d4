package io.xdp4j.ebpf.verifier;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The names that a program's source gives to values, guessed from the lines of its instructions.
final class SourceNames {
    /// The variable a line assigns: `void *data_end = ...`, `value = bpf_map_lookup_elem(...)`.
    private static final Pattern ASSIGNED = Pattern.compile("(\\w+)\\s*=(?!=)");

    private final SourceLines sources;

    SourceNames(SourceLines sources) {
        this.sources = sources;
    }

    /// The variable that the line of an instruction assigns, or `otherwise`.
    String assignedAt(int insn, String otherwise) {
        String name = assignedAt(insn);
        return name == null ? otherwise : name;
    }

    private @Nullable String assignedAt(int insn) {
        Explanation.Source source = sources.of(insn);
        if (source == null) {
            return null;
        }
        Matcher matcher = ASSIGNED.matcher(source.text());
        return matcher.find() && matcher.end() < source.text().length() ? matcher.group(1) : null;
    }
}
