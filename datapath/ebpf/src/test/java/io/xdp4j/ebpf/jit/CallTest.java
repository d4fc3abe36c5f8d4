package io.xdp4j.ebpf.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapEnvironment;
import io.xdp4j.ebpf.map.MapFactory;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.BudgetTrapException;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.MemoryTrapException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Functions, callbacks, tail calls, array lookups, and what stops code that nobody verified.
final class CallTest {
    private static final int MAP_FD = 1000;

    static List<JitOptions> modes() {
        return List.of(
                JitOptions.verified(1),
                JitOptions.verified(1).withMethodBytes(1),
                JitOptions.checked(1),
                JitOptions.checked(1).withMethodBytes(1));
    }

    private static Insn[] loadMap(int register) {
        return new Insn[] {
            new Insn(Opcode.LD_IMM64, register, Opcode.PSEUDO_MAP_FD, 0, MAP_FD),
            new Insn(0, 0, 0, 0, 0)
        };
    }

    private static LinkedProgram withMap(BpfMap map, Insn... insns) {
        return Programs.xdp("test", List.of(insns), Map.of(MAP_FD, map));
    }

    private static BpfMap map(Programs programs, MapType type, int valueSize, int entries) {
        BpfRuntime runtime = programs.runtime;
        BpfMap map =
                MapFactory.create(
                        MapSpec.of("m", type, 4, valueSize, entries, 0),
                        runtime.nextMapId(),
                        runtime.cpus());
        runtime.registerMap(map);
        return map;
    }

    private static byte[] word(int value) {
        return new byte[] {
            (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
        };
    }

    @ParameterizedTest
    @MethodSource("modes")
    void keepsCallersRegistersAndStackApartFromTheCallees(JitOptions mode) {
        try (Programs programs = new Programs()) {
            long r0 =
                    programs.run(
                            Programs.xdp(
                                    Programs.mov(6, 40),
                                    Programs.store(Opcode.DW, 10, -8, 6),
                                    Programs.mov(1, 2),
                                    Programs.callFunction(3),
                                    Programs.load(Opcode.DW, 2, 10, -8),
                                    Programs.addX(0, 2),
                                    Programs.exit(),
                                    Programs.mov(6, 7),
                                    Programs.store(Opcode.DW, 10, -8, 6),
                                    Programs.movX(0, 1),
                                    Programs.exit()),
                            mode);
            assertThat(r0).isEqualTo(42);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void lendsItsStackToACallee(JitOptions mode) {
        try (Programs programs = new Programs()) {
            long r0 =
                    programs.run(
                            Programs.xdp(
                                    Programs.mov(6, 5),
                                    Programs.store(Opcode.DW, 10, -8, 6),
                                    Programs.movX(1, 10),
                                    Programs.add(1, -8),
                                    Programs.callFunction(2),
                                    Programs.load(Opcode.DW, 0, 10, -8),
                                    Programs.exit(),
                                    Programs.load(Opcode.DW, 2, 1, 0),
                                    Programs.add(2, 1),
                                    Programs.store(Opcode.DW, 1, 0, 2),
                                    Programs.mov(0, 0),
                                    Programs.exit()),
                            mode);
            assertThat(r0).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void callsBackForEachRoundOfBpfLoop(JitOptions mode) {
        try (Programs programs = new Programs()) {
            long r0 =
                    programs.run(
                            Programs.xdp(
                                    Programs.mov(6, 0),
                                    Programs.store(Opcode.DW, 10, -8, 6),
                                    Programs.mov(1, 10),
                                    new Insn(Opcode.LD_IMM64, 2, Opcode.PSEUDO_FUNC, 0, 7),
                                    new Insn(0, 0, 0, 0, 0),
                                    Programs.movX(3, 10),
                                    Programs.add(3, -8),
                                    Programs.mov(4, 0),
                                    Programs.call(HelperIds.LOOP),
                                    Programs.load(Opcode.DW, 0, 10, -8),
                                    Programs.exit(),
                                    Programs.load(Opcode.DW, 3, 2, 0),
                                    Programs.addX(3, 1),
                                    Programs.store(Opcode.DW, 2, 0, 3),
                                    Programs.mov(0, 0),
                                    Programs.exit()),
                            mode);
            assertThat(r0).isEqualTo(45);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void looksUpArraysByConstantAndByVariable(JitOptions mode) {
        for (MapType type : List.of(MapType.ARRAY, MapType.PERCPU_ARRAY)) {
            for (int key : new int[] {0, 3, 4}) {
                try (Programs programs = new Programs()) {
                    BpfMap map = map(programs, type, 8, 4);
                    for (int i = 0; i < 4; i++) {
                        map.update(word(i), new byte[] {(byte) (10 + i), 0, 0, 0, 0, 0, 0, 0}, 0);
                    }
                    int expected = key < 4 ? 10 + key : -1;
                    assertThat(lookup(programs, map, mode, Programs.mov(6, key)))
                            .isEqualTo(expected);
                    byte[] packet = new byte[64];
                    packet[5] = (byte) key;
                    LinkedProgram fromPacket = lookupOfPacketByte(map);
                    assertThat(programs.run(programs.install(fromPacket, mode), packet))
                            .isEqualTo(expected);
                    map.close();
                }
            }
        }
    }

    private static long lookup(Programs programs, BpfMap map, JitOptions mode, Insn key) {
        return programs.run(lookupWith(map, key, Programs.mov(7, 0)), mode);
    }

    private static LinkedProgram lookupOfPacketByte(BpfMap map) {
        return lookupWith(map, Programs.load(Opcode.W, 6, 1, 0), Programs.load(Opcode.B, 6, 6, 5));
    }

    private static LinkedProgram lookupWith(BpfMap map, Insn first, Insn second) {
        Insn[] handle = loadMap(1);
        return withMap(
                map,
                first,
                second,
                Programs.store(Opcode.W, 10, -4, 6),
                Programs.movX(2, 10),
                Programs.add(2, -4),
                handle[0],
                handle[1],
                Programs.call(HelperIds.MAP_LOOKUP),
                Programs.jump(Opcode.JEQ, 0, 0, 2),
                Programs.load(Opcode.DW, 0, 0, 0),
                Programs.exit(),
                Programs.mov(0, -1),
                Programs.exit());
    }

    @ParameterizedTest
    @MethodSource("modes")
    void makesThirtyThreeTailCallsAndFallsThroughAtTheNext(JitOptions mode) {
        try (Programs programs = new Programs()) {
            BpfMap counter = map(programs, MapType.ARRAY, 8, 1);
            BpfMap array = programArray(programs);
            Insn[] counterHandle = loadMap(1);
            Insn[] arrayHandle = {
                new Insn(Opcode.LD_IMM64, 2, Opcode.PSEUDO_MAP_FD, 0, MAP_FD + 1),
                new Insn(0, 0, 0, 0, 0)
            };
            LinkedProgram self =
                    Programs.xdp(
                            "self",
                            List.of(
                                    Programs.movX(6, 1),
                                    new Insn(Opcode.ST | Opcode.MEM | Opcode.W, 10, 0, -4, 0),
                                    Programs.movX(2, 10),
                                    Programs.add(2, -4),
                                    counterHandle[0],
                                    counterHandle[1],
                                    Programs.call(HelperIds.MAP_LOOKUP),
                                    Programs.jump(Opcode.JEQ, 0, 0, 10),
                                    Programs.load(Opcode.DW, 7, 0, 0),
                                    Programs.add(7, 1),
                                    Programs.store(Opcode.DW, 0, 0, 7),
                                    Programs.movX(1, 6),
                                    arrayHandle[0],
                                    arrayHandle[1],
                                    Programs.mov(3, 0),
                                    Programs.call(HelperIds.TAIL_CALL),
                                    Programs.movX(0, 7),
                                    Programs.exit(),
                                    Programs.mov(0, -1),
                                    Programs.exit()),
                            Map.of(MAP_FD, counter, MAP_FD + 1, array));
            var main = programs.install(self, mode);
            assertThat(programs.run(main, new byte[64])).isEqualTo(34);
            counter.close();
        }
    }

    /// An array that holds program 1 in its slot.
    private static BpfMap programArray(Programs programs) {
        BpfRuntime runtime = programs.runtime;
        BpfMap array =
                MapFactory.create(
                        MapSpec.of("a", MapType.PROG_ARRAY, 4, 4, 1, 0),
                        runtime.nextMapId(),
                        runtime.cpus(),
                        new MapEnvironment() {
                            @Override
                            public int programId(BpfMap map, int fd) {
                                return fd;
                            }
                        });
        runtime.registerMap(array);
        array.update(word(0), word(1), 0);
        return array;
    }

    // ---- code that nobody verified

    @Test
    void stopsAnEndlessLoop() {
        try (Programs programs = new Programs()) {
            programs.machine.limitInstructions(1_000_000);
            LinkedProgram endless = Programs.xdp(Programs.jump(Opcode.JA, 0, 0, -1));
            assertThatThrownBy(() -> programs.run(endless, JitOptions.checked(1)))
                    .isInstanceOf(BudgetTrapException.class);
        }
    }

    @Test
    void stopsEndlessRecursion() {
        try (Programs programs = new Programs()) {
            LinkedProgram recursion = Programs.xdp(Programs.callFunction(-1), Programs.exit());
            assertThatThrownBy(() -> programs.run(recursion, JitOptions.checked(1)))
                    .isInstanceOf(CallTrapException.class);
        }
    }

    @Test
    void stopsAWildStore() {
        try (Programs programs = new Programs()) {
            LinkedProgram wild =
                    Programs.xdp(
                            Programs.mov(2, 0x1234),
                            Programs.store(Opcode.DW, 2, 0, 2),
                            Programs.exit());
            assertThatThrownBy(() -> programs.run(wild, JitOptions.checked(1)))
                    .isInstanceOf(MemoryTrapException.class)
                    .hasMessageContaining("insn 1");
        }
    }

    @Test
    void stopsAHelperWithAWildKey() {
        try (Programs programs = new Programs()) {
            BpfMap map = map(programs, MapType.HASH, 8, 4);
            Insn[] handle = loadMap(1);
            LinkedProgram wild =
                    withMap(
                            map,
                            Programs.mov(2, 64),
                            handle[0],
                            handle[1],
                            Programs.call(HelperIds.MAP_LOOKUP),
                            Programs.exit());
            assertThatThrownBy(() -> programs.run(wild, JitOptions.checked(1)))
                    .isInstanceOf(MemoryTrapException.class);
            map.close();
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void passesWhatAVariadicHelperTakesBehindItsArguments(JitOptions mode) {
        List<String> lines = new ArrayList<>();
        BpfRuntime runtime = new BpfRuntime(2, BpfClock.SYSTEM, 1, lines::add);
        LinkedProgram program =
                Programs.xdp(
                        "print",
                        List.of(
                                new Insn(Opcode.ST | Opcode.MEM | Opcode.W, 10, 0, -8, 0x6425),
                                Programs.movX(1, 10),
                                Programs.add(1, -8),
                                Programs.mov(2, 3),
                                Programs.mov(3, 7),
                                Programs.call(6),
                                Programs.mov(0, 2),
                                Programs.exit()),
                        Map.of());
        try (Arena arena = Arena.ofConfined();
                TestRun run =
                        new TestRun(new BpfMachine(runtime, 0, arena), TestRun.Ingress.LOOPBACK)) {
            run.run(JitCompiler.compile(program, mode).main(), new byte[64], TestRun.Options.ONCE);
        }
        assertThat(lines).containsExactly("7");
    }
}
