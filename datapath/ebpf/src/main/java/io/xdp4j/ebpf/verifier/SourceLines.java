package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The source lines that instructions were compiled from, as far as BTF tells.
final class SourceLines {
    private final List<LinkedProgram.LineInfo> lines;

    SourceLines(LinkedProgram program) {
        this.lines = program.lineInfo();
    }

    /// Index of the line information that covers an instruction, -1 without.
    int indexOf(int insn) {
        int low = 0;
        int high = lines.size() - 1;
        int found = -1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (lines.get(middle).insn() <= insn) {
                found = middle;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return found;
    }

    /// True when both are about one line of one file.
    boolean isSameLine(int index, int other) {
        LinkedProgram.LineInfo a = lines.get(index);
        LinkedProgram.LineInfo b = lines.get(other);
        return a.line() == b.line() && a.file().equals(b.file());
    }

    Explanation.@Nullable Source of(int insn) {
        int index = insn < 0 ? -1 : indexOf(insn);
        Explanation.Source source = index < 0 ? null : at(index);
        return source == null || source.line() == 0 ? null : source;
    }

    Explanation.Source at(int index) {
        LinkedProgram.LineInfo info = lines.get(index);
        String file = info.file();
        return new Explanation.Source(
                file.substring(file.lastIndexOf('/') + 1), info.line(), info.text().strip());
    }
}
