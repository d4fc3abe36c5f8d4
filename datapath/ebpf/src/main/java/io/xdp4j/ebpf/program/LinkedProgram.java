package io.xdp4j.ebpf.program;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A program whose references are resolved: what verifier, interpreter and JIT take.
///
/// Map loads (`PSEUDO_MAP_FD`, `PSEUDO_MAP_VALUE`) carry in `imm` a key of [#maps]; the offset into
/// a map value is in the second slot. Calls are relative, with all subprograms behind the main one;
/// calls of kernel functions (`PSEUDO_KFUNC_CALL`) carry in `imm` a key of [#kfuncs]. CO-RE
/// relocations are done. Immutable.
///
/// Kernel: `union bpf_attr` of `BPF_PROG_LOAD`.
///
/// @param expectedAttachType kernel's number, 0 for none; for XDP `BPF_XDP_DEVMAP` is 33 and
///     `BPF_XDP_CPUMAP` 35
/// @param insns slots, not empty
/// @param maps by the file descriptor that stands in the code
/// @param btf types that `funcInfo` and map values refer to
/// @param funcInfo subprograms' BTF ids, by first instruction, ascending
/// @param lineInfo source lines, by first instruction, ascending
/// @param kfuncs names of kernel functions by the number that stands in the code
public record LinkedProgram(
        String name,
        ProgramType type,
        int expectedAttachType,
        List<Insn> insns,
        Map<Integer, BpfMap> maps,
        String license,
        Set<Flag> flags,
        @Nullable BtfSpec btf,
        List<FuncInfo> funcInfo,
        List<LineInfo> lineInfo,
        Map<Integer, String> kfuncs) {
    /// `BPF_XDP_DEVMAP`
    public static final int ATTACH_XDP_DEVMAP = 33;

    /// `BPF_XDP_CPUMAP`
    public static final int ATTACH_XDP_CPUMAP = 35;

    /// `BPF_XDP`
    public static final int ATTACH_XDP = 37;

    /// Load flags (`BPF_F_*` of the program).
    public enum Flag {
        STRICT_ALIGNMENT,
        ANY_ALIGNMENT,
        TEST_STATE_FREQ,
        SLEEPABLE,
        XDP_HAS_FRAGS
    }

    /// `struct bpf_func_info`.
    public record FuncInfo(int insn, int typeId) {}

    /// `struct bpf_line_info`, with its strings.
    public record LineInfo(int insn, String file, String text, int line, int column) {}

    public LinkedProgram {
        insns = List.copyOf(insns);
        maps = Map.copyOf(maps);
        flags = Set.copyOf(flags);
        funcInfo = List.copyOf(funcInfo);
        lineInfo = List.copyOf(lineInfo);
        kfuncs = Map.copyOf(kfuncs);
    }

    /// A program that calls no kernel functions.
    public LinkedProgram(
            String name,
            ProgramType type,
            int expectedAttachType,
            List<Insn> insns,
            Map<Integer, BpfMap> maps,
            String license,
            Set<Flag> flags,
            @Nullable BtfSpec btf,
            List<FuncInfo> funcInfo,
            List<LineInfo> lineInfo) {
        this(
                name,
                type,
                expectedAttachType,
                insns,
                maps,
                license,
                flags,
                btf,
                funcInfo,
                lineInfo,
                Map.of());
    }

    /// The same with other instructions.
    public LinkedProgram withInsns(List<Insn> to) {
        return new LinkedProgram(
                name,
                type,
                expectedAttachType,
                to,
                maps,
                license,
                flags,
                btf,
                funcInfo,
                lineInfo,
                kfuncs);
    }

    /// True when helpers reserved for GPL programs may be called.
    public boolean isGplCompatible() {
        return switch (license) {
            case "GPL",
                    "GPL v2",
                    "GPL and additional rights",
                    "Dual BSD/GPL",
                    "Dual MIT/GPL",
                    "Dual MPL/GPL" ->
                    true;
            default -> false;
        };
    }

    /// The map a slot refers to.
    public @Nullable BpfMap mapAt(int fd) {
        return maps.get(fd);
    }
}
