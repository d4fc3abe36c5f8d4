package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The steps of an explanation: what made a value, what was checked about it, in the path's order.
final class PathSteps {
    private static final int MOST_STEPS = 8;
    private static final int MOST_CHECKS = 64;

    private final Verification v;
    private final int[] path;
    private final SourceLines sources;
    private final InsnText texts;
    private final Map<Integer, String> what = new TreeMap<>();
    private final Map<Integer, Integer> positions = new HashMap<>();

    PathSteps(Verification v, int[] path, SourceLines sources, InsnText texts) {
        this.v = v;
        this.path = path;
        this.sources = sources;
        this.texts = texts;
    }

    int[] path() {
        return path;
    }

    /// Adds a step; of several at one instruction, as in a loop, the last one stays.
    void add(int position, String words) {
        Integer known = positions.get(path[position]);
        if (known != null && known > position) {
            return;
        }
        if (known != null && known < position) {
            what.remove(known);
        }
        positions.put(path[position], position);
        what.putIfAbsent(position, words);
    }

    /// The instructions that made a value.
    void addSlice(Slice slice) {
        for (int position : slice.writes()) {
            add(position, position == slice.rootAt() ? root(slice) : words(position, slice));
        }
    }

    private String words(int position, Slice slice) {
        Insn insn = v.insns[path[position]];
        if (insn.opcode() == (Opcode.JMP | Opcode.CALL)) {
            return "r" + 1 + " to r5 are the arguments of the function";
        }
        return switch (insn.opClass()) {
            case Opcode.ALU64, Opcode.ALU ->
                    (insn.opcode() & 0xf0) == Opcode.MOV ? "copies it" : "changes it";
            case Opcode.LDX -> "reads it back from the stack";
            case Opcode.STX, Opcode.ST -> "saves it on the stack";
            default -> slice.root() == Slice.Root.CONSTANT ? "sets it" : "makes it";
        };
    }

    private String root(Slice slice) {
        Insn insn = v.insns[slice.rootInsn()];
        return switch (slice.root()) {
            case CONTEXT -> "reads it from the context" + field(insn.off());
            case LOADED -> "reads it from memory: any value";
            case CONSTANT -> "a constant";
            case RESULT -> "is the result of " + callee(slice.rootInsn());
            case CLOBBERED -> "after " + callee(slice.rootInsn()) + " r1 to r5 hold nothing";
            case ARGUMENT, OTHER -> "makes it";
        };
    }

    private String field(int off) {
        if (v.program.type() != io.xdp4j.ebpf.program.ProgramType.XDP) {
            return "";
        }
        return switch (off) {
            case 0 -> ": data";
            case 4 -> ": data_end";
            case 8 -> ": data_meta";
            case 12 -> ": ingress_ifindex";
            case 16 -> ": rx_queue_index";
            default -> "";
        };
    }

    /// The function an instruction calls.
    String callee(int insn) {
        Insn call = v.insns[insn];
        if (call.src() == Opcode.HELPER_CALL) {
            return HelperCheck.name(call.imm()) + "()";
        }
        String kfunc =
                call.src() == Opcode.PSEUDO_KFUNC_CALL ? v.program.kfuncs().get(call.imm()) : null;
        return kfunc == null ? "the function" : kfunc + "()";
    }

    // ---- comparisons

    /// Comparisons of a packet pointer, or copies of it, with the packet's end.
    ///
    /// Returns how many.
    ///
    /// @param rootAt position where the pointer was read from the context
    int addPacketChecks(int rootAt) {
        int checks = 0;
        int looked = 0;
        for (int i = path.length - 2; i > rootAt && looked < MOST_CHECKS; i--) {
            Insn insn = v.insns[path[i]];
            if (insn.opClass() != Opcode.JMP || (insn.opcode() & Opcode.X) == 0 || isCall(insn)) {
                continue;
            }
            looked++;
            String words = packetCheck(i, insn, rootAt);
            if (words != null) {
                add(i, words);
                checks++;
            }
        }
        return checks;
    }

    private static boolean isCall(Insn insn) {
        int operation = insn.opcode() & 0xf0;
        return operation == Opcode.CALL || operation == Opcode.EXIT || operation == Opcode.JA;
    }

    private @Nullable String packetCheck(int position, Insn insn, int rootAt) {
        Slice dst = Slice.of(v, path, position, insn.dst());
        Slice src = Slice.of(v, path, position, insn.src());
        boolean endIsSrc = isBelow(dst, src);
        if (!endIsSrc && !isBelow(src, dst)) {
            return null;
        }
        Slice pointer = endIsSrc ? dst : src;
        if (pointer.rootAt() != rootAt) {
            return null;
        }
        boolean taken = path[position + 1] != path[position] + 1;
        return proof(insn.opcode() & 0xf0, endIsSrc, taken, pointer);
    }

    /// True for a packet pointer and what its bytes lie below.
    private static boolean isBelow(Slice pointer, Slice end) {
        return (pointer.contextField() == 0 && end.contextField() == 4)
                || (pointer.contextField() == 8 && end.contextField() == 0);
    }

    /// What a comparison tells once its outcome is known.
    private static String proof(int operation, boolean endIsSrc, boolean taken, Slice pointer) {
        boolean meta = pointer.contextField() == 8;
        String end = meta ? "data" : "data_end";
        String sum =
                (pointer.varies() ? "the pointer" : meta ? "data_meta" : "data")
                        + " + "
                        + pointer.added();
        boolean below =
                switch (operation) {
                    case Opcode.JGT, Opcode.JGE -> endIsSrc != taken;
                    case Opcode.JLT, Opcode.JLE -> endIsSrc == taken;
                    default -> false;
                };
        if (!below) {
            return (taken ? "is taken: " : "is not taken: ")
                    + sum
                    + " lies behind "
                    + end
                    + ", or may: proves nothing";
        }
        boolean strict =
                switch (operation) {
                    case Opcode.JGE, Opcode.JLE -> !taken;
                    default -> taken;
                };
        return (taken ? "is taken: " : "is not taken: ")
                + sum
                + (strict ? " < " : " <= ")
                + end
                + ", and no more";
    }

    /// Comparisons of a number's register on the path, after it was made.
    void addNumberChecks(Slice slice, int register) {
        int from = Math.max(0, slice.rootAt());
        for (int i = from; i < path.length - 1; i++) {
            Insn insn = v.insns[path[i]];
            boolean jump = insn.opClass() == Opcode.JMP || insn.opClass() == Opcode.JMP32;
            boolean about =
                    insn.dst() == register
                            || ((insn.opcode() & Opcode.X) != 0 && insn.src() == register);
            if (jump && !isCall(insn) && about) {
                boolean taken = path[i + 1] != path[i] + 1;
                add(i, taken ? "is taken" : "is not taken");
            }
        }
    }

    // ---- result

    /// The steps, the last few of many.
    List<Explanation.Step> steps() {
        List<Map.Entry<Integer, String>> all = List.copyOf(what.entrySet());
        return all.subList(Math.max(0, all.size() - MOST_STEPS), all.size()).stream()
                .map(entry -> step(path[entry.getKey()], entry.getValue()))
                .toList();
    }

    Explanation.Step step(int insn, String words) {
        return new Explanation.Step(insn, texts.plain(v.insns, insn), sources.of(insn), words);
    }

    /// The helper called at an instruction, or null.
    @Nullable HelperProto helperAt(int insn) {
        Insn call = v.insns[insn];
        boolean helper =
                call.opcode() == (Opcode.JMP | Opcode.CALL) && call.src() == Opcode.HELPER_CALL;
        return helper ? v.rules.helper(call.imm()) : null;
    }
}
