package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.asm.Disassembler;
import io.xdp4j.ebpf.asm.HelperNames;
import io.xdp4j.ebpf.asm.InsnNames;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramSpec;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A program's instructions between the source lines that they come from, as bpftool shows them.
final class XlatedText {
    private final LinkedProgram program;
    private final Map<Integer, String> functions = new HashMap<>();
    private final Map<Integer, LinkedProgram.LineInfo> lines = new HashMap<>();

    XlatedText(LinkedProgram program, List<ProgramSpec.Function> functions) {
        this.program = program;
        functions.forEach(function -> this.functions.put(function.insn(), function.name()));
        program.lineInfo().forEach(line -> lines.put(line.insn(), line));
    }

    void print(PrintWriter out) {
        Disassembler disassembler = new Disassembler(new Names());
        List<Insn> insns = program.insns();
        if (!functions.containsKey(0)) {
            out.println(program.name() + ":");
        }
        for (int at = 0; at < insns.size(); at++) {
            Insn insn = insns.get(at);
            Insn second = insn.isLoadImm64() && at + 1 < insns.size() ? insns.get(at + 1) : null;
            printHeading(at, out);
            out.printf("%4d: %s%n", at, disassembler.line(insn, second));
            if (second != null) {
                at++;
            }
        }
    }

    private void printHeading(int at, PrintWriter out) {
        String function = functions.get(at);
        if (function != null) {
            out.println(function + ":");
        }
        LinkedProgram.LineInfo line = lines.get(at);
        if (line != null && !line.text().isBlank()) {
            out.println("; " + line.text().strip() + " @ " + line.file() + ":" + line.line());
        }
    }

    /// Maps and kernel functions by the names they have in the object.
    private final class Names implements InsnNames {
        @Override
        public @Nullable String helper(int id) {
            return HelperNames.ALL.helper(id);
        }

        @Override
        public @Nullable String kernelFunction(int number) {
            return program.kfuncs().get(number);
        }

        @Override
        public @Nullable String map(int fd) {
            BpfMap map = program.mapAt(fd);
            return map == null ? null : "map[" + map.name() + "]";
        }
    }
}
