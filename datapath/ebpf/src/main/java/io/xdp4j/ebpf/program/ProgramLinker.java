package io.xdp4j.ebpf.program;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.CoreResolver;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns the programs of an object into programs to verify and run, once its maps are live.
///
/// Thread: one at a time.
/// Fails: [LinkException] naming program, instruction and symbol.
/// Kernel: `bpf_object__relocate` of libbpf.
public final class ProgramLinker {
    /// What `imm` of a call to a missing weak function holds, as libbpf writes it.
    static final int POISONED_CALL = 2_002_000_000;

    private final CollectionSpec collection;
    private final Map<String, BpfMap> maps;
    private final Set<String> kernelFunctions;
    private final @Nullable CoreResolver resolver;

    /// A linker for the programs of one object.
    ///
    /// @param maps live maps by the name of their definition
    /// @param kernelFunctions kfuncs there are; weak references to others are 0
    /// @param kernelTypes what CO-RE relocations adapt to; null for the built-in networking
    ///     types, and the object's own where these lack one
    public ProgramLinker(
            CollectionSpec collection,
            Map<String, BpfMap> maps,
            Set<String> kernelFunctions,
            @Nullable BtfSpec kernelTypes) {
        this.collection = collection;
        this.maps = Map.copyOf(maps);
        this.kernelFunctions = Set.copyOf(kernelFunctions);
        this.resolver = resolver(collection, kernelTypes);
    }

    /// None for an object without relocations: the kernel's types are many.
    private static @Nullable CoreResolver resolver(
            CollectionSpec collection, @Nullable BtfSpec kernelTypes) {
        BtfSpec local = collection.btf();
        boolean needed = collection.programs().stream().anyMatch(it -> !it.relocations().isEmpty());
        if (local == null || !needed) {
            return null;
        }
        return kernelTypes == null
                ? CoreResolver.withoutKernel(local)
                : CoreResolver.of(local, kernelTypes);
    }

    /// The program with all references resolved.
    ///
    /// Fails: [LinkException] also for a program without a type.
    public LinkedProgram link(ProgramSpec program) {
        ProgramType type = program.type();
        if (type == null) {
            throw new LinkException(
                    "%s: program %s: section %s tells no program type; name one with --type"
                            .formatted(collection.file(), program.name(), program.section()));
        }
        Insn[] insns = program.insns().toArray(new Insn[0]);
        adaptToKernel(program, insns);
        Resolution resolution = new Resolution(program, insns);
        program.references().forEach(resolution::resolve);
        return new LinkedProgram(
                program.name(),
                type,
                program.expectedAttachType(),
                List.of(insns),
                resolution.used,
                collection.license(),
                program.flags(),
                collection.btf(),
                program.funcInfo(),
                program.lineInfo(),
                resolution.kfuncs);
    }

    private void adaptToKernel(ProgramSpec program, Insn[] insns) {
        if (resolver == null || program.relocations().isEmpty()) {
            return;
        }
        String where = collection.file() + ": program " + program.name();
        CorePatcher patcher = new CorePatcher(where, resolver, insns);
        program.relocations().forEach(patcher::patch);
    }

    /// One program at work.
    private final class Resolution {
        final Map<Integer, BpfMap> used = new HashMap<>();
        final Map<Integer, String> kfuncs = new HashMap<>();
        private final Map<String, Integer> kfuncNumbers = new HashMap<>();
        private final ProgramSpec program;
        private final Insn[] insns;

        Resolution(ProgramSpec program, Insn[] insns) {
            this.program = program;
            this.insns = insns;
        }

        void resolve(Reference reference) {
            switch (reference) {
                case Reference.ToMap it -> load(it.insn(), Opcode.PSEUDO_MAP_FD, it.map(), 0);
                case Reference.ToMapValue it ->
                        load(it.insn(), Opcode.PSEUDO_MAP_VALUE, it.map(), it.offset());
                case Reference.ToKernelFunction it -> call(it);
                case Reference.ToKernelSymbol it -> address(it);
                case Reference.Unresolved it -> throw unresolved(it, it.symbol(), it.reason());
            }
        }

        private void load(int slot, int source, String name, int offset) {
            BpfMap map = maps.get(name);
            if (map == null) {
                throw new LinkException(
                        "%s: program %s: insn %d: map %s was not created (live: %s)"
                                .formatted(
                                        collection.file(),
                                        program.name(),
                                        slot,
                                        name,
                                        String.join(", ", maps.keySet())));
            }
            requireValues(slot, name);
            used.put(map.id(), map);
            insns[slot] = insns[slot].withSrc(source).withImm(map.id());
            insns[slot + 1] = insns[slot + 1].withImm(offset);
        }

        /// A `.kconfig` extern that neither the object nor the user gave a value.
        private void requireValues(int slot, String name) {
            MapDefinition definition = collection.map(name);
            if (definition != null && !definition.missing().isEmpty()) {
                throw new LinkException(
                        "%s: program %s: insn %d: %s %s has no value; set it as a global, or declare it __weak"
                                .formatted(
                                        collection.file(),
                                        program.name(),
                                        slot,
                                        definition.section(),
                                        String.join(", ", definition.missing())));
            }
        }

        private void call(Reference.ToKernelFunction to) {
            if (to.weak() && !kernelFunctions.contains(to.name())) {
                insns[to.insn()] = insns[to.insn()].withSrc(0).withImm(POISONED_CALL);
                return;
            }
            int number = kfuncNumbers.computeIfAbsent(to.name(), _ -> kfuncNumbers.size() + 1);
            kfuncs.put(number, to.name());
            insns[to.insn()] =
                    insns[to.insn()].withSrc(Opcode.PSEUDO_KFUNC_CALL).withOff(0).withImm(number);
        }

        private void address(Reference.ToKernelSymbol to) {
            boolean there = to.function() && kernelFunctions.contains(to.name());
            if (!there && !to.weak()) {
                throw unresolved(
                        to,
                        to.name(),
                        "no such kernel symbol in user space; declare it __weak to do without");
            }
            insns[to.insn()] = insns[to.insn()].withSrc(0).withImm(there ? 1 : 0);
            insns[to.insn() + 1] = insns[to.insn() + 1].withImm(0);
        }

        private LinkException unresolved(Reference reference, String symbol, String reason) {
            return new LinkException(
                    "%s: program %s: insn %d: %s: %s"
                            .formatted(
                                    collection.file(),
                                    program.name(),
                                    reference.insn(),
                                    symbol,
                                    reason));
        }
    }
}
