package io.xdp4j.ebpf.jit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.interpreter.Interpreter;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The compiler against the interpreter, on seeded random programs.
final class DifferentialTest {
    private static final int PROGRAMS = Integer.getInteger("xdp4j.jit.programs", 250);
    private static final long FIRST_SEED = Long.getLong("xdp4j.jit.seed", 1);

    @Test
    void compiledProgramsDoWhatTheInterpreterDoes() {
        try (Programs programs = new Programs()) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
                int statements = 5 + (int) (seed % 40);
                LinkedProgram program =
                        Programs.xdp("seed" + seed, RandomProgram.of(seed, statements), Map.of());
                long expected = programs.run(Interpreter.load(program, 1).main(), packet(seed));
                check(programs, program, seed, JitOptions.verified(1), expected);
                check(
                        programs,
                        program,
                        seed,
                        JitOptions.verified(1).withMethodBytes(60),
                        expected);
                check(programs, program, seed, JitOptions.checked(1), expected);
                check(
                        programs,
                        program,
                        seed,
                        JitOptions.checked(1).withMethodBytes(200),
                        expected);
            }
        }
    }

    private static void check(
            Programs programs,
            LinkedProgram program,
            long seed,
            JitOptions options,
            long expected) {
        long actual = programs.run(JitCompiler.compile(program, options).main(), packet(seed));
        assertThat(actual).as("%s with %s", program.name(), options).isEqualTo(expected);
    }

    private static byte[] packet(long seed) {
        byte[] packet = new byte[64];
        for (int i = 0; i < packet.length; i++) {
            packet[i] = (byte) (seed * 37 + i * 11L);
        }
        return packet;
    }
}
