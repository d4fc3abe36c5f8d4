package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.btf.BtfExt;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.CoreRelocation;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.LinkedProgram.FuncInfo;
import io.xdp4j.ebpf.program.LinkedProgram.LineInfo;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.Reference;
import io.xdp4j.ebpf.program.RunConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Puts the functions that a program reaches behind it, in the order their first calls stand in the
/// code, and makes calls relative.
///
/// Kernel: `bpf_object__reloc_code`, `adjust_prog_btf_ext_info` of libbpf.
final class CodeLayout {
    private static final int CALL = Opcode.JMP | Opcode.CALL;

    /// Slots that all programs of one object may have together: every program gets a copy of the
    /// functions it calls, so that a small file could ask for any amount.
    private static final int MOST_SLOTS = 8_000_000;

    private final ObjectParts parts;
    private final Map<Integer, CodeSection> code;
    private final SlotIndex<BtfExt.Function> functions;
    private final SlotIndex<BtfExt.Line> lines;
    private final SlotIndex<CoreRelocation> relocations;
    private int slotsLeft = MOST_SLOTS;

    /// @param code by section index
    CodeLayout(ObjectParts parts, Map<Integer, CodeSection> code) {
        this.parts = parts;
        this.code = code;
        this.functions = new SlotIndex<>(parts.ext().functions(), BtfExt.Function::insn);
        this.lines = new SlotIndex<>(parts.ext().lines(), BtfExt.Line::insn);
        this.relocations = new SlotIndex<>(parts.ext().relocations(), CoreRelocation::insn);
    }

    ProgramSpec program(CodeSection section, CodeFunction main, RunConfig runConfig) {
        Program program = new Program();
        program.lay(main);
        SectionConvention convention = SectionConvention.of(section.name());
        return new ProgramSpec(
                main.name(),
                SectionConvention.name(section.name()),
                convention.type(),
                convention.expectedAttachType(),
                convention.flags(),
                program.insns,
                program.names,
                program.references,
                program.relocations,
                program.funcInfo,
                program.lineInfo,
                runConfig);
    }

    /// A function of the program that is being laid out, scanned for calls up to a slot.
    private static final class Placed {
        final CodeFunction function;
        final int base;
        int next;

        Placed(CodeFunction function, int base) {
            this.function = function;
            this.base = base;
        }
    }

    /// One program in the making.
    private final class Program {
        final List<Insn> insns = new ArrayList<>();
        final List<ProgramSpec.Function> names = new ArrayList<>();
        final List<Reference> references = new ArrayList<>();
        final List<CoreRelocation> relocations = new ArrayList<>();
        final List<FuncInfo> funcInfo = new ArrayList<>();
        final List<LineInfo> lineInfo = new ArrayList<>();
        private final Map<CodeFunction, Placed> placed = new HashMap<>();
        private final Deque<Placed> open = new ArrayDeque<>();

        void lay(CodeFunction main) {
            place(main);
            follow();
            CodeFunction callback = exceptionCallback();
            if (callback != null) {
                place(callback);
                follow();
            }
        }

        /// The function that the main one's declaration tag names, which no instruction refers to.
        private @Nullable CodeFunction exceptionCallback() {
            BtfSpec btf = parts.btf();
            String name =
                    btf == null || funcInfo.isEmpty()
                            ? ""
                            : btf.exceptionCallback(funcInfo.getFirst().typeId());
            if (name.isEmpty()) {
                return null;
            }
            for (CodeSection section : code.values()) {
                for (CodeFunction function : section.functions()) {
                    if (section.isText() && function.name().equals(name)) {
                        return function;
                    }
                }
            }
            return null;
        }

        private void follow() {
            while (!open.isEmpty()) {
                Placed at = open.getLast();
                if (at.next == at.function.slots()) {
                    open.removeLast();
                } else {
                    scan(at, at.next++);
                }
            }
        }

        private Placed place(CodeFunction function) {
            Placed known = placed.get(function);
            if (known != null) {
                return known;
            }
            slotsLeft -= function.slots();
            if (slotsLeft < 0) {
                throw parts.image()
                        .malformed(
                                "programs with all they call have more than %d instructions"
                                        .formatted(MOST_SLOTS));
            }
            Placed added = new Placed(function, insns.size());
            placed.put(function, added);
            open.addLast(added);
            copy(added);
            return added;
        }

        private void copy(Placed added) {
            CodeSection section = section(added.function);
            int base = added.base;
            int first = added.function.first();
            int end = added.function.end();
            for (int slot = first; slot < end; slot++) {
                insns.add(section.insn(slot));
            }
            names.add(new ProgramSpec.Function(added.function.name(), base));
            for (BtfExt.Function info : functions.within(section.name(), first, end)) {
                funcInfo.add(new FuncInfo(base + info.insn() - first, info.typeId()));
            }
            for (BtfExt.Line line : lines.within(section.name(), first, end)) {
                lineInfo.add(
                        new LineInfo(
                                base + line.insn() - first,
                                line.file(),
                                line.text(),
                                line.line(),
                                line.column()));
            }
            for (CoreRelocation relocation :
                    CodeLayout.this.relocations.within(section.name(), first, end)) {
                relocations.add(relocation.at(base + relocation.insn() - first));
            }
        }

        private void scan(Placed at, int offset) {
            CodeSection section = section(at.function);
            int slot = at.function.first() + offset;
            int here = at.base + offset;
            Insn insn = insns.get(here);
            switch (section.target(slot)) {
                case CodeTarget.External external -> references.add(external.reference().at(here));
                case CodeTarget.Local local -> refer(here, insn, local.function());
                case null -> {
                    boolean call = insn.opcode() == CALL && insn.src() == Opcode.PSEUDO_CALL;
                    if (call) {
                        callWithin(section, at.function, slot, here, insn);
                    }
                }
            }
        }

        private void refer(int here, Insn insn, CodeFunction target) {
            int imm = place(target).base - here - 1;
            int source = insn.opcode() == CALL ? Opcode.PSEUDO_CALL : Opcode.PSEUDO_FUNC;
            insns.set(here, insn.withSrc(source).withImm(imm));
            if (source == Opcode.PSEUDO_FUNC && here + 1 < insns.size()) {
                insns.set(here + 1, insns.get(here + 1).withImm(0));
            }
        }

        /// A call that the assembler resolved: both functions stand in one section.
        private void callWithin(
                CodeSection section, CodeFunction from, int slot, int here, Insn insn) {
            long target = (long) slot + insn.imm() + 1;
            CodeFunction function = section.functionAt(target);
            if (function != null) {
                refer(here, insn, function);
            } else if (!from.contains(target)) {
                throw parts.image()
                        .malformed(
                                section.section(),
                                slot * Insn.BYTES,
                                "call of slot %d, where no function begins".formatted(target));
            }
        }
    }

    private CodeSection section(CodeFunction function) {
        @Nullable CodeSection section = code.get(function.section());
        if (section == null) {
            throw new IllegalStateException("function " + function + " of no section");
        }
        return section;
    }
}
