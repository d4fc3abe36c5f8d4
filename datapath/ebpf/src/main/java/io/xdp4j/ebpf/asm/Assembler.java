package io.xdp4j.ebpf.asm;

import io.xdp4j.ebpf.isa.Insn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads instructions from text: what [Disassembler] writes, verifier logs and `bpftool` dumps, and
/// the same by hand.
///
/// A line is `[INDEX:] [(OPCODE)] INSTRUCTION [; anything]`. By hand, a name and a colon is a label,
/// alone on its line or before an instruction, and stands where `pc+5` would: `goto out`,
/// `call sub`, `r2 = subprog[sub]`. Lines that begin with `;`, `#` or `//` are comments. An opcode
/// that is given must be the one that comes out.
///
/// `r1 = 5` moves; `r1 = 0x5` and `r1 = 5 ll` are 64-bit immediate loads, since the kernel writes
/// them so.
///
/// Thread: any; immutable.
/// Fails: [MalformedObjectException] with line, column and what was expected.
public final class Assembler {
    private final InsnNames names;

    public Assembler(InsnNames names) {
        this.names = names;
    }

    /// The instructions of a text without symbolic helper names.
    public static List<Insn> assemble(String text) {
        return new Assembler(InsnNames.NONE).parse(text);
    }

    /// The instructions in a text.
    public List<Insn> parse(String text) {
        List<Insn> insns = new ArrayList<>();
        Map<String, Integer> labels = new HashMap<>();
        List<LineParser> jumps = new ArrayList<>();
        int number = 0;
        for (String raw : text.lines().toList()) {
            number++;
            String line = withoutComment(raw);
            LineParser parser = new LineParser(line, number, names, insns.size());
            String label = parser.label();
            while (label != null) {
                if (labels.put(label, insns.size()) != null) {
                    throw parser.fail("label " + label + " is there already");
                }
                label = parser.label();
            }
            if (parser.isEmpty()) {
                continue;
            }
            insns.addAll(parser.insns());
            if (parser.target() != null) {
                jumps.add(parser);
            }
        }
        for (LineParser jump : jumps) {
            insns.set(jump.index(), jump.resolved(insns.get(jump.index()), labels));
        }
        return insns;
    }

    private static String withoutComment(String line) {
        String text = line.strip();
        if (text.startsWith("#") || text.startsWith("//")) {
            return "";
        }
        int end = text.indexOf(';');
        return end < 0 ? text : text.substring(0, end).strip();
    }
}
