package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Turns a rejection into an [Explanation], from the state the verifier stopped in.
///
/// Reads facts only; what cannot be told for sure is left out.
final class Explainer {
    private static final Pattern REGISTER = Pattern.compile("\\bR(\\d+)\\b");
    private static final Pattern AT_INSN = Pattern.compile("\\binsn (\\d+)");
    private static final Pattern ACCESS = Pattern.compile("off=(-?\\d+) size=(\\d+)");
    private static final int NONE = -1;

    private final Verification v;
    private final Rejection why;
    private final SourceLines sources;
    private final SourceNames names;
    private final InsnText texts;
    private final PathSteps steps;
    private final int insn;
    private final int register;
    private final List<String> proven = new ArrayList<>();

    // what the rule at hand fills in
    private RejectionRule rule;
    private String summary;
    private String missing = "";
    private String suggestion;

    private Explainer(Verification v, Rejection why) {
        this.v = v;
        this.why = why;
        this.sources = new SourceLines(v.program);
        this.names = new SourceNames(sources);
        this.texts = new InsnText(v.program.kfuncs());
        this.rule = ruleOf(why);
        this.summary = why.text();
        this.insn = insnOf();
        boolean atInsn = v.isExploring() && insn == v.insn;
        this.steps = new PathSteps(v, atInsn ? PathTrace.of(v) : new int[0], sources, texts);
        this.register = atInsn ? registerOf() : NONE;
        this.suggestion = rule.suggestion();
    }

    /// Why that rejection.
    static Explanation explain(Verification v, Rejection why) {
        return new Explainer(v, why).explain();
    }

    /// The rule behind a rejection; the words of the message decide where one format serves two.
    private static RejectionRule ruleOf(Rejection why) {
        if (why.text().contains("_or_null") || why.text().contains("null-check it")) {
            return RejectionRule.NULL_POINTER;
        }
        RejectionRule rule = RejectionRule.of(why.format());
        return rule == null ? RejectionRule.MALFORMED : rule;
    }

    private int insnOf() {
        Matcher named = AT_INSN.matcher(why.text());
        if (named.find()) {
            int at = Integer.parseInt(named.group(1));
            return at < v.insns.length ? at : NONE;
        }
        boolean whole = rule == RejectionRule.STACK_SIZE || rule == RejectionRule.FUNCTION_INFO;
        return v.isExploring() && !whole ? v.insn : NONE;
    }

    private int registerOf() {
        int number = namedRegister(why.text());
        if (number == NONE) {
            String last = v.log.lastLine();
            number = last.contains("outside of") ? namedRegister(last) : NONE;
        }
        if (number == NONE) {
            Insn at = v.insns[insn];
            number =
                    switch (at.opClass()) {
                        case Opcode.LDX -> at.src();
                        case Opcode.ST, Opcode.STX, Opcode.ALU, Opcode.ALU64 -> at.dst();
                        default -> NONE;
                    };
        }
        return number < FrameState.REGISTERS ? number : NONE;
    }

    private static int namedRegister(String message) {
        Matcher named = REGISTER.matcher(message);
        return named.find() ? Integer.parseInt(named.group(1)) : NONE;
    }

    private Explanation explain() {
        if (register != NONE) {
            explainRegister();
        } else {
            explainState();
        }
        return new Explanation(
                rule,
                insn,
                insn < 0 ? "" : texts.plain(v.insns, insn),
                sources.of(insn),
                summary,
                proven,
                missing,
                steps.steps(),
                Arrays.stream(steps.path()).boxed().toList(),
                suggestion);
    }

    // ---- rejections about a register

    private void explainRegister() {
        RegState reg = v.reg(register);
        Slice slice = Slice.of(v, steps.path(), steps.path().length - 1, register);
        if (register != FrameState.FP) {
            proven.add(RegWords.of(register, reg));
        }
        if (isStale(reg, slice)) {
            stalePacketPointer(slice);
            return;
        }
        steps.addSlice(slice);
        switch (rule) {
            case PACKET_BOUNDS -> packetBounds(reg, slice);
            case NULL_POINTER -> nullPointer(slice);
            case NOT_A_POINTER -> notAPointer(reg, slice);
            case UNINITIALISED_REGISTER -> uninitialised(slice);
            case UNBOUNDED_OFFSET, NEGATIVE_INDEX -> unbounded(reg, slice);
            case MAP_VALUE_BOUNDS, MEMORY_BOUNDS, STACK_BOUNDS -> regionBounds(reg, slice);
            case READ_ONLY -> readOnly(reg);
            case CONTEXT_ACCESS -> context();
            case HELPER_ARGUMENT -> argument(reg);
            case UNINITIALISED_STACK ->
                    summary =
                            "reads stack bytes that hold no data: never written, or a dynptr's or iterator's";
            case RETURN_VALUE -> returnValue();
            default -> {}
        }
    }

    private static boolean isStale(RegState reg, Slice slice) {
        return (reg.isScalar() || reg.is(RegType.NOT_INIT))
                && slice.packetMovedAt() >= 0
                && (slice.contextField() == 0
                        || slice.contextField() == 4
                        || slice.contextField() == 8);
    }

    private void stalePacketPointer(Slice slice) {
        rule = RejectionRule.STALE_PACKET_POINTER;
        steps.addSlice(slice);
        int moved = steps.path()[slice.packetMovedAt()];
        String callee = steps.callee(moved);
        steps.add(slice.packetMovedAt(), "may move the packet: pointers from before it are dead");
        summary = "uses a packet pointer from before " + callee;
        missing = "the pointer has to be read from the context after " + callee;
        String data = dataName();
        String end = dataEndName();
        suggestion =
                "%s = (void *)(long)ctx->data;\n%s = (void *)(long)ctx->data_end;\n"
                                .formatted(data, end)
                        + "and repeat the bounds check, after "
                        + callee
                        + lineOf(moved);
    }

    private String dataName() {
        return contextName(0, "data");
    }

    private String dataEndName() {
        return contextName(4, "data_end");
    }

    /// The variable that a word of the context was assigned to.
    private String contextName(int field, String otherwise) {
        int[] path = steps.path();
        for (int i = path.length - 1; i >= 0; i--) {
            Insn at = v.insns[path[i]];
            if (at.opClass() == Opcode.LDX
                    && at.off() == field
                    && v.facts.pointerType[path[i]] == RegType.CTX) {
                Explanation.Source source = sources.of(path[i]);
                return source != null && readsOnly(source.text(), otherwise)
                        ? names.assignedAt(path[i], otherwise)
                        : otherwise;
            }
        }
        return otherwise;
    }

    /// True for a line that reads that word of a context and no other: what it assigns has that word.
    private static boolean readsOnly(String line, String word) {
        return line.contains("->" + word + ";") && line.indexOf("->") == line.lastIndexOf("->");
    }

    private String lineOf(int at) {
        Explanation.Source source = sources.of(at);
        return source == null ? "" : " (" + source + ")";
    }

    // ---- packet

    private void packetBounds(RegState reg, Slice slice) {
        Insn at = v.insns[insn];
        int size = MemoryCheck.sizeOf(at);
        long off = (long) at.off() + reg.off;
        Matcher access = ACCESS.matcher(why.text());
        if (access.find()) {
            off = Long.parseLong(access.group(1));
            size = Integer.parseInt(access.group(2));
        } else if (at.opClass() == Opcode.JMP) {
            off = reg.off;
        }
        boolean writes = at.opClass() == Opcode.ST || at.opClass() == Opcode.STX;
        String verb = at.opClass() == Opcode.JMP ? "passes" : writes ? "writes" : "reads";
        int range = Math.max(0, reg.range);
        String base = reg.var.isConst() ? "packet " : "";
        String behind = reg.var.isConst() ? "" : " behind a packet pointer that varies";
        summary =
                verb
                        + " "
                        + base
                        + span(off, size)
                        + behind
                        + ", "
                        + (range == 0
                                ? "none of them proven to be below data_end"
                                : "only 0.." + (range - 1) + " proven to be below data_end");
        int checks = steps.addPacketChecks(slice.rootAt());
        boolean meta = reg.is(RegType.PACKET_META);
        String end = meta ? dataName() : dataEndName();
        if (off < 0) {
            missing = "the offset must not be negative";
            return;
        }
        suggestPacketCheck(reg, slice, off + size, end, checks);
    }

    private static String span(long off, int size) {
        return size == 1 ? "byte " + off : "bytes " + off + ".." + (off + size - 1);
    }

    private void suggestPacketCheck(RegState reg, Slice slice, long bytes, String end, int checks) {
        boolean tooWide = Long.compareUnsigned(reg.umax, MemoryCheck.MAX_PACKET_OFF) > 0;
        if (!reg.var.isConst() && tooWide) {
            missing = "the offset must be at most 65535 before a check can prove anything";
            suggestion =
                    "bound the number that is added first: `if (len > 1500) return XDP_PASS;`,\n"
                            + "then compare the sum with "
                            + end;
            return;
        }
        String pointer = reg.is(RegType.PACKET_META) ? contextName(8, "data_meta") : dataName();
        long from = bytes;
        if (!reg.var.isConst()) {
            pointer = pointerName(slice);
            from = bytes - reg.off + addedToSum(slice);
        }
        String sum = pointer + " + " + from;
        missing =
                sum
                        + " <= "
                        + end
                        + (checks == 0 ? ": no comparison with " + end + " on this path" : "");
        suggestion =
                "if (%s > %s)\n    return XDP_PASS;\nbefore the access%s"
                        .formatted(sum, end, lineOf(insn));
    }

    /// Constants added to a pointer after the last number that varies.
    private int addedToSum(Slice slice) {
        List<Integer> writes = slice.writes();
        int added = 0;
        for (int i = writes.size() - 1; i >= 0; i--) {
            Insn write = v.insns[steps.path()[writes.get(i)]];
            if (write.opcode() == (Opcode.ALU64 | Opcode.ADD | Opcode.X)) {
                break;
            }
            added += write.opcode() == (Opcode.ALU64 | Opcode.ADD) ? write.imm() : 0;
        }
        return added;
    }

    /// The variable that holds the pointer after a number was added to it.
    private String pointerName(Slice slice) {
        List<Integer> writes = slice.writes();
        for (int i = writes.size() - 1; i >= 0; i--) {
            String name = names.assignedAt(steps.path()[writes.get(i)], "");
            if (!name.isEmpty()) {
                return "(void *)" + name;
            }
        }
        return "pointer";
    }

    // ---- pointers

    private void nullPointer(Slice slice) {
        String callee = slice.root() == Slice.Root.RESULT ? steps.callee(slice.rootInsn()) : "";
        String name = slice.rootInsn() < 0 ? "p" : names.assignedAt(slice.rootInsn(), "p");
        summary =
                "uses "
                        + (callee.isEmpty() ? "a pointer" : "the result of " + callee)
                        + " that may be NULL";
        missing = name + " != NULL: no comparison with NULL on this path";
        suggestion =
                "if (!%s)\n    return XDP_PASS;\nbefore the access%s".formatted(name, lineOf(insn));
    }

    private void notAPointer(RegState reg, Slice slice) {
        if (reg.isConst() && reg.var.value() == 0) {
            rule = RejectionRule.NULL_POINTER;
            summary = "uses a pointer that is NULL on this path";
            steps.addNumberChecks(slice, register);
            missing = "the access belongs on the path where the pointer is not NULL";
            suggestion = rule.suggestion();
            return;
        }
        summary =
                "uses r%d as a pointer, which holds %s"
                        .formatted(register, reg.isScalar() ? "a number" : reg.typeText());
        missing = "r" + register + " has to be a pointer to memory of the program";
    }

    private void uninitialised(Slice slice) {
        summary = "reads r" + register + ", which nothing has written";
        if (slice.root() == Slice.Root.CLOBBERED) {
            summary =
                    "reads r%d, which the call of %s has left without a value"
                            .formatted(register, steps.callee(slice.rootInsn()));
            suggestion = "keep the value in r6 to r9, or on the stack, across the call";
        }
        missing = "a value in r" + register + " on this path";
    }

    private void unbounded(RegState reg, Slice slice) {
        steps.addNumberChecks(slice, register);
        if (rule == RejectionRule.NEGATIVE_INDEX) {
            missing = "the offset is never below 0";
            suggestion = rule.suggestion();
            return;
        }
        Insn at = v.insns[insn];
        boolean sum = at.opClass() == Opcode.ALU64 && (at.opcode() & Opcode.X) != 0;
        if (sum && (v.reg(at.src()).isScalar() || v.reg(at.dst()).isScalar())) {
            int which = v.reg(at.src()).isScalar() ? at.src() : at.dst();
            RegState number = v.reg(which);
            proven.add(RegWords.of(which, number));
            steps.addSlice(Slice.of(v, steps.path(), steps.path().length - 1, which));
        }
        int limit = limitOf(reg);
        if (limit > 0 && at.opClass() != Opcode.JMP) {
            suggestion = bound(slice, Math.max(0, limit - MemoryCheck.sizeOf(at) - at.off()));
        }
        missing = "an upper bound of the number" + (reg.smin < 0 ? ", and a lower one" : "");
    }

    private void regionBounds(RegState reg, Slice slice) {
        Matcher access = ACCESS.matcher(why.text());
        int limit = limitOf(reg);
        if (access.find() && limit >= 0) {
            long off = Long.parseLong(access.group(1));
            int size = Integer.parseInt(access.group(2));
            String what = reg.is(RegType.MAP_VALUE) ? "map value" : "memory";
            summary = "accesses %s of a %s of %d bytes".formatted(span(off, size), what, limit);
            missing = "offset + %d <= %d".formatted(size, limit);
            if (!reg.var.isConst()) {
                suggestion = bound(slice, Math.max(0, limit - size));
            } else if (off + size > limit) {
                suggestion = "access bytes 0..%d only, or make it larger".formatted(limit - 1);
            }
        }
    }

    /// The bound that is missing of the number that was added to a pointer, as C; shows where the
    /// number came from.
    private String bound(Slice slice, int most) {
        List<Integer> writes = slice.writes();
        for (int i = writes.size() - 1; i >= 0; i--) {
            int position = writes.get(i);
            Insn sum = v.insns[steps.path()[position]];
            if (sum.opcode() == (Opcode.ALU64 | Opcode.ADD | Opcode.X)) {
                Slice number = Slice.of(v, steps.path(), position, sum.src());
                steps.addSlice(number);
                steps.addNumberChecks(number, sum.src());
                String name =
                        number.rootInsn() < 0 ? "i" : names.assignedAt(number.rootInsn(), "i");
                return "if (%s > %d)\n    return XDP_PASS;\nbefore the access%s"
                        .formatted(name, most, lineOf(insn));
            }
        }
        return rule.suggestion();
    }

    private static int limitOf(RegState reg) {
        MapRef map = reg.map;
        return switch (reg.type) {
            case MAP_VALUE -> map == null ? NONE : map.valueSize();
            case MAP_KEY -> map == null ? NONE : map.keySize();
            case MEM -> reg.memSize;
            default -> NONE;
        };
    }

    private void readOnly(RegState reg) {
        MapRef map = reg.map;
        summary =
                map == null
                        ? "writes to " + reg.typeText() + ", which is read-only"
                        : "map %s is not for %s by programs"
                                .formatted(
                                        map.spec().name(),
                                        map.programMayWrite() ? "reading" : "writing");
        missing = "";
    }

    private void context() {
        Matcher access = ACCESS.matcher(why.text());
        if (access.find()) {
            Insn at = v.insns[insn];
            boolean writes = at.opClass() == Opcode.ST || at.opClass() == Opcode.STX;
            summary =
                    "%s %s bytes at offset %s of the context, where there is no such field"
                            .formatted(
                                    writes ? "writes" : "reads", access.group(2), access.group(1));
        }
        missing = "a field of that offset and size that the program may access";
        if (v.program.type() != ProgramType.XDP) {
            suggestion = "access a field of the program type's context with its own size";
        }
    }

    private void argument(RegState reg) {
        Insn at = v.insns[insn];
        if (at.opcode() == (Opcode.JMP | Opcode.CALL)) {
            summary =
                    "passes %s to %s as argument %d: %s"
                            .formatted(reg.typeText(), steps.callee(insn), register, why.text());
        }
        missing = "an argument of the type that the callee takes";
    }

    private void returnValue() {
        Slice slice = Slice.of(v, steps.path(), steps.path().length - 1, 0);
        steps.addNumberChecks(slice, 0);
        summary =
                "returns "
                        + RegWords.range(v.reg(0))
                        + why.text().replaceFirst(".*should", ", should");
        missing = "a known return value of the range";
    }

    // ---- rejections about the state

    private void explainState() {
        switch (rule) {
            case RETURN_VALUE -> {
                if (!isOnPath()) {
                    return;
                }
                proven.add(RegWords.of(0, v.reg(0)));
                steps.addSlice(Slice.of(v, steps.path(), steps.path().length - 1, 0));
                returnValue();
            }
            case REFERENCE_LEAK -> leak();
            case LOCK, CRITICAL_SECTION -> lock();
            case HELPER_NOT_ALLOWED, GPL, MAP_FOR_HELPER, SLEEPABLE -> callee();
            case TOO_COMPLEX -> proven.add(v.processed + " instructions were followed");
            default -> {}
        }
    }

    private boolean isOnPath() {
        return steps.path().length > 0;
    }

    private void leak() {
        List<String> releases = new ArrayList<>();
        for (Reference reference : v.state().references) {
            if (reference.lock()) {
                continue;
            }
            int at = reference.insn();
            String callee = steps.callee(at);
            proven.add("held since insn " + at + ": the result of " + callee + lineOf(at));
            stepAt(at, "acquires what has to be given back");
            String name = names.assignedAt(at, "p");
            releases.add(releaseOf(callee, name));
        }
        summary = "leaves the program without giving back what it holds";
        missing = "a release on this path";
        suggestion = String.join("\n", releases) + "\nbefore this return" + lineOf(insn);
    }

    private static String releaseOf(String callee, String name) {
        return callee.contains("ringbuf_reserve_dynptr")
                ? "bpf_ringbuf_discard_dynptr(&%s, 0);".formatted(name)
                : callee.contains("ringbuf")
                        ? "bpf_ringbuf_discard(%s, 0);".formatted(name)
                        : callee.contains("sk")
                                ? "bpf_sk_release(%s);".formatted(name)
                                : "release %s".formatted(name);
    }

    private void stepAt(int at, String words) {
        int[] path = steps.path();
        for (int i = path.length - 1; i >= 0; i--) {
            if (path[i] == at) {
                steps.add(i, words);
                return;
            }
        }
    }

    private void lock() {
        if (!v.isExploring()) {
            return;
        }
        for (Reference reference : v.state().references) {
            if (reference.lock()) {
                proven.add("locked since insn " + reference.insn() + lineOf(reference.insn()));
                stepAt(reference.insn(), "takes the lock");
                missing = "bpf_spin_unlock() before this point";
            }
        }
    }

    private void callee() {
        if (insn < 0 || v.insns[insn].opcode() != (Opcode.JMP | Opcode.CALL)) {
            return;
        }
        summary = "calls " + steps.callee(insn) + ": " + why.text();
        proven.add("the program is of type " + v.program.type().text());
    }
}
