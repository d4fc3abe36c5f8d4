package io.xdp4j.ebpf.verifier;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a program was rejected, for the one who wrote it: the verifier's facts where it stopped.
///
/// @param rule what was broken
/// @param insn slot of the instruction, -1 when the rule is about the whole program
/// @param instruction its text, empty without one
/// @param source the source line it was compiled from, or null
/// @param summary one line: what the instruction does that is not allowed
/// @param proven what was known at that point
/// @param missing what had to be known, or done
/// @param path the instructions that led to it, the first first; only those that matter
/// @param trace all instructions of the path, the first first; of a long one the last ones
/// @param suggestion a change that would help, as C where there is one
public record Explanation(
        RejectionRule rule,
        int insn,
        String instruction,
        @Nullable Source source,
        String summary,
        List<String> proven,
        String missing,
        List<Step> path,
        List<Integer> trace,
        String suggestion) {
    private static final int LABEL = 12;

    /// A line of the program's source, from BTF.
    public record Source(String file, int line, String text) {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /// An instruction on the path.
    ///
    /// @param what it did that matters
    public record Step(int insn, String instruction, @Nullable Source source, String what) {}

    public Explanation {
        proven = List.copyOf(proven);
        path = List.copyOf(path);
        trace = List.copyOf(trace);
    }

    /// Where and what, in one line.
    public String headline() {
        Source at = source;
        String where = insn < 0 ? "" : "insn " + insn + ": " + instruction + ": ";
        return where + summary + (at == null ? "" : " (" + at + ")");
    }

    /// The whole as lines of text.
    public List<String> lines(String program) {
        List<String> lines = new ArrayList<>();
        lines.add(program + ": " + headline());
        Source at = source;
        if (at != null) {
            lines.add(label("source") + at + ": " + at.text());
        }
        lines.add(label("rule") + rule.text());
        for (int i = 0; i < proven.size(); i++) {
            lines.add(label(i == 0 ? "proven" : "") + proven.get(i));
        }
        if (!missing.isEmpty()) {
            lines.add(label("missing") + missing);
        }
        for (int i = 0; i < path.size(); i++) {
            Step step = path.get(i);
            Source of = step.source();
            lines.add(
                    label(i == 0 ? "path" : "")
                            + "insn %d: %s: %s"
                                    .formatted(step.insn(), step.instruction(), step.what())
                            + (of == null || of.equals(at)
                                    ? ""
                                    : " (" + of + ": " + of.text() + ")"));
        }
        String[] advice = suggestion.split("\n", -1);
        for (int i = 0; i < advice.length; i++) {
            lines.add(label(i == 0 ? "suggestion" : "") + advice[i]);
        }
        return lines;
    }

    private static String label(String name) {
        return "  " + name + " ".repeat(LABEL - name.length());
    }
}
