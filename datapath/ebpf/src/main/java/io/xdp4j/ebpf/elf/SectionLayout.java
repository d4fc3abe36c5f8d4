package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Fills in what the compiler left to the loader: the sizes of sections, the offsets of variables
/// in them, and what visibility makes static.
///
/// Kernel: `btf_fixup_datasec` and `mark_btf_static` of libbpf.
final class SectionLayout {
    private final ElfImage image;
    private final BtfSpec btf;
    private final Map<Integer, BtfType> changed = new HashMap<>();

    private SectionLayout(ElfImage image, BtfSpec btf) {
        this.image = image;
        this.btf = btf;
    }

    static BtfSpec place(ElfImage image, BtfSpec btf) {
        SectionLayout layout = new SectionLayout(image, btf);
        Map<String, ElfSection> sections = new HashMap<>();
        image.sections().forEach(section -> sections.putIfAbsent(section.name(), section));
        for (int id = 1; id < btf.count(); id++) {
            if (btf.type(id) instanceof BtfType.DataSection types) {
                ElfSection section = sections.get(types.name());
                if (section != null) {
                    layout.changed.put(id, layout.place(types, section));
                }
            }
        }
        for (ElfSymbol symbol : image.symbols()) {
            if (!symbol.isLocal() && symbol.isHidden() && !symbol.isUndefined()) {
                layout.makeStatic(symbol);
            }
        }
        return btf.with(layout.changed);
    }

    private BtfType place(BtfType.DataSection types, ElfSection section) {
        Map<String, ElfSymbol> symbols = new HashMap<>();
        for (ElfSymbol symbol : image.symbolsOf(section)) {
            if (symbol.type() == ElfSymbol.OBJECT || symbol.type() == ElfSymbol.NOTYPE) {
                symbols.putIfAbsent(symbol.name(), symbol);
            }
        }
        List<BtfType.SectionVar> placed = new ArrayList<>();
        for (BtfType.SectionVar variable : types.vars()) {
            ElfSymbol symbol = symbols.get(btf.type(variable.typeId()).name());
            int offset = symbol == null ? variable.offset() : (int) symbol.value();
            if (offset < 0
                    || variable.size() < 0
                    || offset > section.size() - (long) variable.size()) {
                throw image.malformed(
                        section,
                        offset,
                        "variable %s of %d bytes lies outside of it"
                                .formatted(btf.type(variable.typeId()).name(), variable.size()));
            }
            placed.add(new BtfType.SectionVar(variable.typeId(), offset, variable.size()));
        }
        placed.sort(Comparator.comparingInt(BtfType.SectionVar::offset));
        return new BtfType.DataSection(types.name(), section.size(), placed);
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
