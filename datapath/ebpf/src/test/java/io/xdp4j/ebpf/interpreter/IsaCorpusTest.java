package io.xdp4j.ebpf.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.InsnValidator;
import io.xdp4j.ebpf.isa.IsaCase;
import io.xdp4j.ebpf.isa.RandomInsns;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The interpreter computes what the kernel did.
final class IsaCorpusTest {
    private final Arena arena = Arena.ofConfined();
    private final BpfRuntime runtime = new BpfRuntime(1);
    private final BpfMachine machine = new BpfMachine(runtime, 0, arena);

    static List<String> files() {
        return IsaCase.files();
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @ParameterizedTest
    @MethodSource("files")
    void computesWhatTheKernelDid(String file) {
        List<IsaCase> cases = IsaCase.read(file);
        List<String> wrong = new ArrayList<>();
        for (IsaCase test : cases) {
            long r0 = run(test);
            if (r0 != test.expected()) {
                wrong.add(test.name() + " gave 0x" + Long.toHexString(r0));
            }
        }
        assertThat(cases).isNotEmpty();
        assertThat(wrong).isEmpty();
    }

    private long run(IsaCase test) {
        int id = runtime.nextProgramId();
        Interpreter program = Interpreter.load(Programs.linked(test.name(), test.insns()), id);
        runtime.registerFunctions(id, program.functionsByInsn());
        long r0 = machine.runOnMemory(program.main(), machine.stackBase(), 0);
        runtime.unregisterProgram(id);
        return r0;
    }

    @Test
    void hasACaseForEachOpcode() {
        TreeSet<Integer> missing = new TreeSet<>(RandomInsns.opcodes());
        for (IsaCase test : IsaCase.all()) {
            for (Insn insn : test.insns()) {
                missing.remove(insn.opcode());
            }
        }
        missing.removeIf(opcode -> (opcode & 7) == 0);
        assertThat(missing).isEmpty();
    }

    @Test
    void isWellFormed() {
        assertThat(IsaCase.all())
                .allSatisfy(test -> assertThat(InsnValidator.problems(test.insns())).isEmpty());
    }
}
