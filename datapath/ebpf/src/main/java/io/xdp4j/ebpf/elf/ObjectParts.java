package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.btf.BtfExt;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import org.jspecify.annotations.Nullable;

/// What the readers of an object's parts share.
///
/// @param btf null for an object without `.BTF`
record ObjectParts(ElfImage image, @Nullable BtfSpec btf, BtfExt ext) {
    static ObjectParts of(ElfImage image) {
        ElfSection types = image.section(".BTF");
        if (types == null || types.size() == 0) {
            return new ObjectParts(image, null, BtfExt.NONE);
        }
        byte[] raw = image.content(types);
        BtfSpec btf = BtfSpec.parse(raw, image.file() + ": section .BTF");
        SectionLayout layout = SectionLayout.of(image, btf);
        ElfSection section = image.section(".BTF.ext");
        if (section == null || section.size() == 0) {
            return new ObjectParts(image, layout.types(), BtfExt.NONE);
        }
        String where = image.file() + ": section .BTF.ext";
        BtfExt ext = BtfExt.parse(image.content(section), raw, btf, where);
        return new ObjectParts(
                image, layout.types(), layout.agrees() ? ext : ext.relocationsOnly());
    }

    /// Number of the section's type, 0 when BTF has none.
    int dataSectionId(String section) {
        return btf == null ? 0 : btf.idOf(BtfType.DataSection.class, section);
    }
}
