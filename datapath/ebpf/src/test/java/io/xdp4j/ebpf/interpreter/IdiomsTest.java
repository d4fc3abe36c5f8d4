package io.xdp4j.ebpf.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.asm.Assembler;
import io.xdp4j.ebpf.asm.HelperNames;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapEnvironment;
import io.xdp4j.ebpf.map.MapFactory;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.TrapException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the interpreter does in one step, against the same instructions one by one.
final class IdiomsTest {
    private static final int ROUNDS = 300;

    /// Registers by name: those of the idiom, drawn anew in each round, so that they are often the
    /// same. r6 to r8 are pointers to the packet, the frame and the packet.
    private static final String NAMES = "abcdefg";

    private static final String START =
            """
            r6 = *(u32 *)(r1 +0)
            r7 = r10
            r7 += -64
            *(u64 *)(r10 -8) = 0
            *(u64 *)(r10 -16) = 0
            *(u64 *)(r10 -56) = 0
            *(u64 *)(r10 -64) = 7
            r8 = r6
            r0 = 4660
            r1 = 0x7fffffffffffff01 ll
            r2 = 0xfedcba9876543210 ll
            r3 = 7
            r4 = 0x89abcdef ll
            r5 = -3
            r9 = 1
            """;

    /// All registers, and the memory that the idioms write, as one number in r0.
    private static final String END =
            """
            r0 *= 31
            r0 += r1
            r0 *= 31
            r0 += r2
            r0 *= 31
            r0 += r3
            r0 *= 31
            r0 += r4
            r0 *= 31
            r0 += r5
            r0 *= 31
            r0 += r9
            r0 *= 31
            r7 -= r10
            r0 += r7
            r1 = *(u64 *)(r10 -8)
            r0 ^= r1
            r1 = *(u64 *)(r10 -16)
            r0 *= 31
            r0 += r1
            r1 = *(u64 *)(r10 -64)
            r0 *= 31
            r0 += r1
            exit
            """;

    private final Arena arena = Arena.ofConfined();
    private final BpfRuntime runtime = new BpfRuntime(2);
    private final TestRun runs =
            new TestRun(new BpfMachine(runtime, 0, arena), TestRun.Ingress.LOOPBACK);
    private final BpfMap map =
            MapFactory.create(
                    MapSpec.of("m", MapType.ARRAY, 4, 8, 4, 0),
                    runtime.nextMapId(),
                    runtime.cpus(),
                    new MapEnvironment() {});

    @AfterEach
    void close() {
        runs.close();
        runtime.unregisterMap(map.id());
        map.close();
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A mask and a rotation, the rounds of jhash, other constants than a rotation's.
                "ra = 0xffffe000 ll\nrb = rc\nrb &= ra\nrb >>= 13",
                "ra = 0xffffe000 ll\nrb = rc\nrb &= ra\nrb >>= 13\nrd = rc\nrd <<= 19\nrd |= rb",
                "ra = 0x7fe000\nrb = rc\nrb &= ra\nrb >>= 13\nrd = rc\nrd <<= 5\nrd |= rb",
                "ra = 0xf0000000 ll\nrb = rc\nrb &= ra\nrb >>= 28\nrd = rc\nrd <<= 4\nrd |= rb\n"
                        + "re += rf\nrc -= re\nrc ^= rd",
                "ra = 0xf0000000 ll\nrb = rc\nrb &= ra\nrb >>= 28\nrd = rc\nrd <<= 4\nrd |= rb\n"
                        + "re += rf\nrg -= rc\nrg ^= rd",
                "ra = 0xff000000 ll\nrb = rc\nrb &= ra\nrb >>= 28\nrd = rc\nrd <<= 4\nrd |= rb\n"
                        + "re += rf\nrg -= rc\nrg ^= rd",
                "ra += rb\nrc -= rd\nrc ^= re",
                "ra = rb\nra += rc\nrd -= re\nrd ^= rf",
                // Sums and bounds.
                "ra += rb\nrc += -5",
                "ra = rb\nra += rc\nrd = re\nrd += 1\nif rd > rf goto pc+1\nrg += 3",
                "ra = rb\nra += rc\nrd = ra\nrd += -2147483648\nif rd > rf goto pc+1\nrg += 3",
                "ra = rb\nra += rc\nrd = ra\nrd += -1\nif rd > rf goto pc+1\nrg += 3",
                // Fields.
                "ra = rb\nra <<= 8\nra &= 65280",
                "ra <<= 60\nra &= -1",
                "ra &= 65535\nif ra == 12816 goto pc+1\nrb += 3",
                "ra &= 65535\nif ra != 12816 goto pc+1\nrb += 3",
                "ra &= 15\nif ra == -1 goto pc+1\nrb += 3",
                "ra &= -1\nif ra != 7 goto pc+1\nrb += 3",
                // Constants and copies.
                "ra = 5\nrb = -6",
                "ra = 32768\nrb = -2147483648",
                "ra = 1536\nif ra > rb goto pc+1\nrc += 3",
                "ra = -1\nif rb > ra goto pc+1\nrc += 3",
                "ra = -2\nif rb == 7 goto pc+1\nrc += 3",
                "ra = 127\nif rb != 127 goto pc+1\nrc += 3",
                "ra = 128\nif rb == 128 goto pc+1\nrc += 3",
                "ra = rb\nif rc == 7 goto pc+1\nrd += 3",
                "ra = rb\nif rc != -3 goto pc+1\nrd += 3",
                "ra = rb\ngoto pc+1\nra += 3",
                "if ra == 7 goto pc+2\nr0 = -3\nexit",
                // Memory, with registers that are no pointers among others.
                "ra = *(u8 *)(r6 +0)\nrb = *(u8 *)(r6 +1)\nrb <<= 8\nrb |= ra",
                "ra = *(u8 *)(r6 +0)\nrb = *(u8 *)(r6 +1)\nra <<= 8\nra |= rb",
                "ra = *(u8 *)(r6 +3)\nra <<= 8\nrb = *(u8 *)(r6 +2)\nra |= rb",
                "ra = *(u8 *)(r6 +3)\nra <<= 8\nrb = *(u8 *)(rc +2)\nra |= rb",
                "ra = *(u8 *)(r6 +63)\nra <<= 8\nrb = *(u8 *)(r6 +64)\nra |= rb",
                "ra = *(u8 *)(r6 +63)\nrb = *(u8 *)(r6 +64)\nrb <<= 8\nrb |= ra",
                "ra = *(u8 *)(r6 +64)\nrb = *(u8 *)(r6 +0)\nrb <<= 8\nrb |= ra",
                "ra = *(u8 *)(r6 +5)\nrb = rc\nrb &= 3",
                "ra = *(u8 *)(r6 +5)\nra &= 3",
                "ra = *(u8 *)(r6 +5)\n*(u8 *)(r10 -8) = rb",
                "ra = *(u8 *)(r6 +5)\n*(u8 *)(rb -8) = ra",
                "ra = *(u8 *)(r6 +5)\n*(u8 *)(r6 +64) = ra",
                "ra = *(u8 *)(r6 +5)\nif ra == 7 goto pc+1\nrb += 3",
                "ra = *(u8 *)(r6 +64)\nif ra != 7 goto pc+1\nrb += 3",
                "ra = *(u16 *)(r10 -64)\nif ra == 7 goto pc+1\nrb += 3",
                "ra = *(u16 *)(r10 -64)\nif ra != 7 goto pc+1\nrb += 3",
                "ra = *(u16 *)(rb +0)\nif ra != 65535 goto pc+1\nrb += 3",
                "ra = *(u16 *)(r6 +5)\nif ra != -1 goto pc+1\nrb += 3",
                "ra = *(u16 *)(r6 +5)\nif rb == 7 goto pc+1\nrb += 3",
                "ra >>= 3\n*(u8 *)(r10 -9) = rb",
                "ra = rb\nra >>= 8\n*(u8 *)(rc -9) = ra",
                "ra = rb\nra >>= 8\n*(u8 *)(r6 +64) = ra",
                "ra = *(u32 *)(r6 +0)\nrb = *(u32 *)(r6 +4)",
                "ra = *(u32 *)(r6 +0)\nrb = *(u32 *)(ra +4)",
                "ra = *(u32 *)(r6 +0)\nrb = *(u32 *)(r6 +61)",
                "ra = *(u32 *)(r6 +0)\n*(u32 *)(r10 -8) = rb",
                "ra = *(u32 *)(r6 +61)\n*(u32 *)(r10 -8) = rb",
                "*(u32 *)(r10 -8) = ra\n*(u32 *)(r10 -6) = rb",
                "*(u64 *)(r10 -8) = ra\n*(u64 *)(r10 -12) = rb",
                "ra = *(u64 *)(r7 +0)\nra += 5\n*(u64 *)(r7 +0) = ra",
                "ra = *(u64 *)(r7 +0)\nra += rb\n*(u64 *)(r7 +0) = ra",
                "ra = *(u64 *)(r7 +0)\nra += ra\n*(u64 *)(r7 +0) = ra",
                "ra = *(u64 *)(r7 +0)\nra += 5\n*(u64 *)(r7 +8) = ra",
                "ra = *(u64 *)(rb +0)\nra += 5\n*(u64 *)(rb +0) = ra",
                "ra = *(u64 *)(r6 +57)\nra += 5\n*(u64 *)(r6 +57) = ra",
            })
    void doesWhatItsPartsDo(String idiom) {
        Random random = new Random(idiom.hashCode());
        for (int round = 0; round < ROUNDS; round++) {
            String text = named(idiom, random);
            assertThat(outcome(text, false)).as(text).isEqualTo(outcome(text, true));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, r3, r0 == 0, -12", "2, r3, r0 == 0, -12", "3, r1, r0 == 0, -12", "4, r3, r0 == 0, -12",
        "3, r2, r0 != 0, -12", "4, r3, r0 != 0, -12", "3, r1, r0 == 1, -12", "3, r3, r0 == 0, -16",
    })
    void looksUpAKeyOfTheFrame(int key, String register, String test, int place) {
        runtime.registerMap(map);
        String text =
                """
                r3 = 2
                *(u32 *)(r10 -12) = r3
                r1 = 1
                r2 = 1
                %s = %d
                *(u32 *)(r10 %d) = %s
                r2 = r10
                r2 += -12
                r1 = %s
                call bpf_map_lookup_elem
                if %s goto pc+2
                r9 = 5
                if r0 == 0 goto pc+3
                r9 = *(u64 *)(r0 +0)
                r9 += 3
                *(u64 *)(r0 +0) = r9
                r1 = 0
                r2 = 0
                r3 = 0
                r4 = 0
                r5 = 0
                r0 = 0
                """
                        .formatted(
                                register,
                                key,
                                place,
                                register,
                                "0x" + Long.toHexString(map.handle()) + " ll",
                                test);
        String first = outcome(text, false);
        for (byte each = 0; each < 4; each++) {
            map.update(new byte[] {each, 0, 0, 0}, new byte[8], 0);
        }
        assertThat(first).isEqualTo(outcome(text, true));
    }

    @Test
    void namesTheCallBehindItsKey() {
        String text =
                "r2 = r10\nr2 += -1\nr1 = " + map.handle() + " ll\ncall bpf_map_lookup_elem\n";
        runtime.registerMap(map);
        assertThat(outcome(text, false)).contains("insn ").isEqualTo(outcome(text, true));
    }

    @Test
    void asksNoKeyForAMapWithoutKeys() {
        BpfMap queue =
                MapFactory.create(
                        MapSpec.of("q", MapType.QUEUE, 0, 8, 4, 0),
                        runtime.nextMapId(),
                        runtime.cpus(),
                        new MapEnvironment() {});
        runtime.registerMap(queue);
        String text = "r2 = 7\nr1 = " + queue.handle() + " ll\ncall bpf_map_lookup_elem\n";
        try {
            assertThat(outcome(text, false)).doesNotContain("hits no memory");
        } finally {
            runtime.unregisterMap(queue.id());
            queue.close();
        }
    }

    private static String named(String idiom, Random random) {
        String text = idiom;
        for (int at = 0; at < NAMES.length(); at++) {
            int register = random.nextInt(8);
            text = text.replace("r" + NAMES.charAt(at), "r" + (register < 6 ? register : 9));
        }
        return text + "\n";
    }

    private String outcome(String text, boolean isSplit) {
        try {
            return "r0 = " + run(text, isSplit);
        } catch (TrapException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// Runs the instructions with as many jumps before them, which are never taken: to each of them,
    /// so that none is part of a step of several, or else to the exit.
    private long run(String text, boolean isSplit) {
        Assembler assembler = new Assembler(HelperNames.ALL);
        List<Insn> insns = new ArrayList<>(assembler.parse(START));
        List<Insn> body = assembler.parse(text + END);
        for (int at = 0; at < body.size(); at++) {
            boolean isHalf = at > 0 && body.get(at - 1).isLoadImm64();
            int target = isSplit && !isHalf ? at : body.size() - 1;
            int off = body.size() - 1 - at + target;
            insns.add(new Insn(Opcode.JMP | Opcode.JEQ | Opcode.K, 6, 0, off, 0));
        }
        insns.addAll(body);
        Interpreter program =
                Interpreter.load(
                        Programs.linked("idiom", insns, Map.of()), runtime.nextProgramId());
        byte[] packet = new byte[64];
        new Random(7).nextBytes(packet);
        return runs.run(program.main(), packet, TestRun.Options.ONCE).r0();
    }
}
