package io.xdp4j.ebpf.btf;

import java.util.List;
import java.util.Map;

/// What `.BTF.ext` says about the instructions of each code section. Immutable.
///
/// Slots count from the section's start.
///
/// Fails: [io.xdp4j.ebpf.MalformedObjectException] naming section and offset.
/// Kernel: `struct btf_ext_header`, `Documentation/bpf/btf.rst`.
///
/// @param functions by section name
/// @param lines by section name
/// @param relocations by section name
public record BtfExt(
        Map<String, List<Function>> functions,
        Map<String, List<Line>> lines,
        Map<String, List<CoreRelocation>> relocations) {
    /// A function begins at that slot.
    public record Function(int insn, int typeId) {}

    /// The code from that slot on comes from that line.
    public record Line(int insn, String file, String text, int line, int column) {}

    /// An object without it.
    public static final BtfExt NONE = new BtfExt(Map.of(), Map.of(), Map.of());

    public BtfExt {
        functions = Map.copyOf(functions);
        lines = Map.copyOf(lines);
        relocations = Map.copyOf(relocations);
    }

    /// Reads the section `.BTF.ext`.
    ///
    /// @param btf the section `.BTF`, which has the strings
    /// @param types what was read from it
    /// @param where file and section, the beginning of each message
    public static BtfExt parse(byte[] bytes, byte[] btf, BtfSpec types, String where) {
        return new BtfExtReader(bytes, btf, types, where).read();
    }

    /// What a loader needs for itself, without what it tells the kernel.
    public BtfExt relocationsOnly() {
        return new BtfExt(Map.of(), Map.of(), relocations);
    }
}
