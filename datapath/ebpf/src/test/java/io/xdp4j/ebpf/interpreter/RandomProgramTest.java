package io.xdp4j.ebpf.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.InsnValidator;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.isa.RandomInsns;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whatever the instructions, a run ends, with a result or with an exception of the engine's.
final class RandomProgramTest {
    private static final int PROGRAMS = 20_000;
    private static final int MEMORY_BYTES = 64;
    private static final int MOST_INSNS = 24;
    private static final int[] HELPERS = {1, 2, 3, 5, 7, 8, 28, 44, 51, 87, 105, 164, 181, 182};

    private final Arena arena = Arena.ofConfined();
    private final BpfRuntime runtime = new BpfRuntime(1);
    private final BpfMachine machine = new BpfMachine(runtime, 0, arena);
    private final long memory = arena.allocate(MEMORY_BYTES, 8).address();
    private final Random random = new Random(42);
    private final RandomInsns insns = new RandomInsns(42);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void endsWhateverTheInstructions() {
        machine.limitInstructions(10_000);
        List<Integer> opcodes = RandomInsns.opcodes();
        int results = 0;
        int refused = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            List<Insn> program = program(opcodes);
            assertThat(InsnValidator.problems(program)).isEmpty();
            if (run(program)) {
                results++;
            } else {
                refused++;
            }
        }
        assertThat(results).isGreaterThan(PROGRAMS / 20);
        assertThat(refused).isGreaterThan(PROGRAMS / 20);
    }

    @Test
    void endsWhateverTheBytes() {
        machine.limitInstructions(10_000);
        for (int i = 0; i < PROGRAMS; i++) {
            byte[] bytes = new byte[8 * (1 + random.nextInt(6))];
            random.nextBytes(bytes);
            for (int at = 0; at < bytes.length && random.nextBoolean(); at += 8) {
                bytes[at + 1] = (byte) random.nextInt(10);
                bytes[at + 2] = 0;
                bytes[at + 3] = 0;
            }
            List<Insn> program = InsnValidator.decode(bytes);
            if (run(program)) {
                assertThat(InsnValidator.problems(program)).isEmpty();
            }
        }
    }

    private boolean run(List<Insn> program) {
        try {
            int id = 1;
            Interpreter interpreter = Interpreter.load(Programs.linked("random", program), id);
            runtime.registerFunctions(id, interpreter.functionsByInsn());
            RawMemory.zero(memory, MEMORY_BYTES);
            machine.runOnMemory(interpreter.main(), memory, MEMORY_BYTES);
            return true;
        } catch (EbpfException e) {
            return false;
        }
    }

    private List<Insn> program(List<Integer> opcodes) {
        List<Insn> program = new ArrayList<>();
        int length = 1 + random.nextInt(MOST_INSNS);
        while (program.size() < length) {
            int opcode = opcodes.get(random.nextInt(opcodes.size()));
            boolean legacy = (opcode & 7) == Opcode.LD && opcode != Opcode.LD_IMM64;
            if (!legacy) {
                program.addAll(nearby(insns.next(opcode)));
            }
        }
        program.add(new Insn(Opcode.JMP | Opcode.EXIT, 0, 0, 0, 0));
        aim(program);
        return program;
    }

    /// Makes accesses hit memory now and then, and calls reach a helper.
    private List<Insn> nearby(List<Insn> insn) {
        Insn first = insn.getFirst();
        if (first.isLoadImm64()) {
            return List.of(first.withSrc(0), insn.get(1));
        }
        int type = first.opClass();
        if (type == Opcode.LDX || type == Opcode.ST || type == Opcode.STX) {
            boolean stack = random.nextBoolean();
            int base = stack ? Opcode.FP : 1;
            int off = stack ? -8 * (1 + random.nextInt(64)) : 8 * random.nextInt(8);
            Insn near = first.withOff(off);
            boolean acquire = type == Opcode.STX && first.imm() == Opcode.LOAD_ACQ;
            if (type == Opcode.LDX || acquire) {
                return List.of(near.withSrc(base));
            }
            int src = type == Opcode.ST ? 0 : near.src();
            return List.of(new Insn(near.opcode(), base, src, off, near.imm()));
        }
        if (first.opcode() == (Opcode.JMP | Opcode.CALL)) {
            boolean local = random.nextInt(3) == 0;
            int id = HELPERS[random.nextInt(HELPERS.length)];
            int source = local ? Opcode.PSEUDO_CALL : Opcode.HELPER_CALL;
            return List.of(new Insn(first.opcode(), 0, source, 0, id));
        }
        return insn;
    }

    /// Gives each jump and call a target that is the first slot of an instruction.
    private void aim(List<Insn> program) {
        boolean[] second = new boolean[program.size()];
        for (int at = 0; at < program.size(); at++) {
            if (program.get(at).isLoadImm64()) {
                second[++at] = true;
            }
        }
        for (int at = 0; at < program.size(); at++) {
            Insn insn = program.get(at);
            if (second[at] || InsnValidator.targetOf(at, insn) == InsnValidator.NO_TARGET) {
                continue;
            }
            int to = random.nextInt(program.size());
            int distance = (second[to] ? to - 1 : to) - at - 1;
            boolean wide =
                    insn.opcode() == (Opcode.JMP32 | Opcode.JA)
                            || insn.opcode() == (Opcode.JMP | Opcode.CALL);
            program.set(at, wide ? insn.withImm(distance) : insn.withOff(distance));
        }
    }
}
