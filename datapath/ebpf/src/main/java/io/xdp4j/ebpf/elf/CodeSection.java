package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.isa.Insn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A section with instructions: its slots, its functions, what its relocations mean.
///
/// Thread: its reader's.
final class CodeSection {
    private final ElfSection section;
    private final Insn[] insns;
    private final List<CodeFunction> functions;
    private final Map<Integer, CodeFunction> byFirstSlot = new HashMap<>();
    private final Map<Integer, CodeTarget> targets = new HashMap<>();

    CodeSection(ElfImage image, ElfSection section) {
        this.section = section;
        this.insns = decode(image, section);
        this.functions = functions(image, section);
        for (CodeFunction function : functions) {
            byFirstSlot.putIfAbsent(function.first(), function);
        }
    }

    private static Insn[] decode(ElfImage image, ElfSection section) {
        if (section.size() % Insn.BYTES != 0) {
            throw image.malformed(
                    section,
                    section.size() & -Insn.BYTES,
                    "%d bytes of code are no multiple of 8".formatted(section.size()));
        }
        ByteBuffer bytes = ByteBuffer.wrap(image.content(section)).order(ByteOrder.LITTLE_ENDIAN);
        Insn[] decoded = new Insn[section.size() / Insn.BYTES];
        for (int i = 0; i < decoded.length; i++) {
            decoded[i] = Insn.decode(bytes.getLong(i * Insn.BYTES));
        }
        return decoded;
    }

    /// The functions by first slot; the whole section as one where it has no function symbol.
    private static List<CodeFunction> functions(ElfImage image, ElfSection section) {
        List<CodeFunction> found = new ArrayList<>();
        for (ElfSymbol symbol : image.symbolsOf(section)) {
            if (symbol.type() == ElfSymbol.FUNC) {
                found.add(function(image, section, symbol));
            }
        }
        if (found.isEmpty()) {
            int slots = section.size() / Insn.BYTES;
            String name = nameWithoutFunctions(image, section);
            found.add(new CodeFunction(name, section.index(), 0, slots, false, false));
        }
        found.sort(Comparator.comparingInt(CodeFunction::first));
        return List.copyOf(found);
    }

    private static CodeFunction function(ElfImage image, ElfSection section, ElfSymbol symbol) {
        long start = symbol.value();
        long size = symbol.size();
        if (start < 0 || start >= section.size() || size < 0 || size > section.size() - start) {
            throw image.malformed(
                    section,
                    0,
                    "function %s at 0x%x with 0x%x bytes lies outside of its 0x%x bytes"
                            .formatted(symbol.label(), start, size, section.size()));
        }
        if (size == 0) {
            size = section.size() - start;
        }
        if (start % Insn.BYTES != 0 || size % Insn.BYTES != 0) {
            throw image.malformed(
                    section,
                    (int) start,
                    "function %s with %d bytes is not made of 8-byte slots"
                            .formatted(symbol.label(), size));
        }
        return new CodeFunction(
                symbol.name().isEmpty() ? section.name() : symbol.name(),
                section.index(),
                (int) (start / Insn.BYTES),
                (int) (size / Insn.BYTES),
                symbol.isLocal(),
                symbol.isHidden());
    }

    private static String nameWithoutFunctions(ElfImage image, ElfSection section) {
        for (ElfSymbol symbol : image.symbolsOf(section)) {
            boolean labels = symbol.type() == ElfSymbol.NOTYPE && !symbol.isLocal();
            if (labels && symbol.value() == 0 && !symbol.name().isEmpty()) {
                return symbol.name();
            }
        }
        return section.name();
    }

    /// Name of the function that begins the section.
    static String firstFunction(ElfImage image, ElfSection section) {
        return functions(image, section).getFirst().name();
    }

    String name() {
        return section.name();
    }

    ElfSection section() {
        return section;
    }

    /// True for the section that holds subprograms.
    boolean isText() {
        return section.name().equals(".text");
    }

    Insn insn(int slot) {
        return insns[slot];
    }

    int slots() {
        return insns.length;
    }

    List<CodeFunction> functions() {
        return functions;
    }

    /// The function that begins there, or null.
    @Nullable CodeFunction functionAt(long slot) {
        return slot >= 0 && slot < insns.length ? byFirstSlot.get((int) slot) : null;
    }

    void target(int slot, CodeTarget target) {
        targets.put(slot, target);
    }

    /// What the relocation of that slot means, or null when it has none.
    @Nullable CodeTarget target(int slot) {
        return targets.get(slot);
    }
}
