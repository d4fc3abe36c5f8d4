package io.xdp4j.ebpf.verifier;

import java.util.List;
import java.util.stream.Collectors;

/// The functions of a program in the order of their code.
final class Subprograms {
    private final List<Subprogram> all;
    private final int[] starts;

    /// @param all ascending by start
    Subprograms(List<Subprogram> all, int insnCount) {
        this.all = List.copyOf(all);
        this.starts = new int[all.size()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = all.get(i).start;
            all.get(i).end = i + 1 < starts.length ? all.get(i + 1).start : insnCount;
        }
    }

    int count() {
        return all.size();
    }

    Subprogram get(int number) {
        return all.get(number);
    }

    /// Bytes of stack of each, as the log has them: `16+64`.
    String depths() {
        return all.stream()
                .map(each -> Integer.toString(each.stackDepth))
                .collect(Collectors.joining("+"));
    }

    /// Number of the function that starts there, or -1.
    int startingAt(int insn) {
        int found = java.util.Arrays.binarySearch(starts, insn);
        return found >= 0 ? found : -1;
    }

    /// Number of the function whose code holds the instruction.
    int containing(int insn) {
        int found = java.util.Arrays.binarySearch(starts, insn);
        return found >= 0 ? found : -found - 2;
    }
}
