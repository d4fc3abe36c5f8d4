package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Fills in what the compiler left to the loader: the sizes of sections, the offsets of variables
/// in them, and what visibility makes static.
///
/// Kernel: `btf_fixup_datasec` and `mark_btf_static` of libbpf.
final class SectionLayout {
    private final ElfImage image;
    private final BtfSpec btf;
    private final Map<Integer, BtfType> changed = new HashMap<>();

    /// Whether BTF and sections agree on where the variables are.
    private boolean agrees = true;

    private SectionLayout(ElfImage image, BtfSpec btf) {
        this.image = image;
        this.btf = btf;
    }

    static SectionLayout of(ElfImage image, BtfSpec btf) {
        SectionLayout layout = new SectionLayout(image, btf);
        layout.place();
        return layout;
    }

    /// The types with what was filled in.
    BtfSpec types() {
        return btf.with(changed);
    }

    /// False when the kernel would not take the types; libbpf then loads programs without theirs.
    boolean agrees() {
        return agrees;
    }

    private void place() {
        Map<String, ElfSection> sections = new HashMap<>();
        image.sections().forEach(section -> sections.putIfAbsent(section.name(), section));
        for (int id = 1; id < btf.count(); id++) {
            if (btf.type(id) instanceof BtfType.DataSection types) {
                ElfSection section = sections.get(types.name());
                if (section != null) {
                    changed.put(id, place(types, section));
                }
            }
        }
        for (ElfSymbol symbol : image.symbols()) {
            if (!symbol.isLocal() && symbol.isHidden() && !symbol.isUndefined()) {
                makeStatic(symbol);
            }
        }
    }

    private BtfType place(BtfType.DataSection types, ElfSection section) {
        Map<String, ElfSymbol> symbols = new HashMap<>();
        for (ElfSymbol symbol : image.symbolsOf(section)) {
            if (symbol.type() == ElfSymbol.OBJECT || symbol.type() == ElfSymbol.NOTYPE) {
                symbols.putIfAbsent(symbol.name(), symbol);
            }
        }
        List<BtfType.SectionVar> placed = new ArrayList<>();
        List<BtfType.SectionVar> strangers = new ArrayList<>();
        for (BtfType.SectionVar variable : types.vars()) {
            ElfSymbol symbol = symbols.get(btf.type(variable.typeId()).name());
            int offset = symbol == null ? variable.offset() : (int) symbol.value();
            boolean outside =
                    offset < 0
                            || variable.size() < 0
                            || offset > section.size() - (long) variable.size();
            if (symbol == null && isElsewhere(variable)) {
                strangers.add(variable);
                agrees &= !outside;
                continue;
            }
            if (outside) {
                throw image.malformed(
                        section,
                        offset,
                        "variable %s of %d bytes lies outside of it"
                                .formatted(btf.type(variable.typeId()).name(), variable.size()));
            }
            placed.add(new BtfType.SectionVar(variable.typeId(), offset, variable.size()));
        }
        agrees &= strangers.stream().noneMatch(one -> placed.stream().anyMatch(overlaps(one)));
        placed.sort(Comparator.comparingInt(BtfType.SectionVar::offset));
        return new BtfType.DataSection(types.name(), section.size(), placed);
    }

    private static Predicate<BtfType.SectionVar> overlaps(BtfType.SectionVar one) {
        return other ->
                one.offset() < other.offset() + other.size()
                        && other.offset() < one.offset() + one.size();
    }

    /// clang before 15 counts constants that it moved to a section for merging, such as
    /// `.rodata.cst16`, among those of `.rodata`, with their offset over there.
    private boolean isElsewhere(BtfType.SectionVar variable) {
        String name = btf.type(variable.typeId()).name();
        return image.symbols().stream()
                .anyMatch(symbol ->
                        symbol.type() == ElfSymbol.OBJECT
                                && !symbol.isUndefined()
                                && symbol.name().equals(name));
    }

    private void makeStatic(ElfSymbol symbol) {
        Class<? extends BtfType> kind =
                symbol.type() == ElfSymbol.FUNC ? BtfType.Func.class : BtfType.Var.class;
        int id = btf.idOf(kind, symbol.name());
        switch (btf.type(id)) {
            case BtfType.Func it ->
                    changed.put(
                            id, new BtfType.Func(it.name(), it.proto(), BtfType.Linkage.STATIC));
            case BtfType.Var it ->
                    changed.put(
                            id, new BtfType.Var(it.name(), it.typeId(), BtfType.Linkage.STATIC));
            default -> {}
        }
    }
}
