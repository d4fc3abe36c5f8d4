package io.xdp4j.ebpf.interpreter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.asm.Assembler;
import io.xdp4j.ebpf.asm.HelperNames;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapEnvironment;
import io.xdp4j.ebpf.map.MapFactory;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.BudgetTrapException;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.MemoryTrapException;
import io.xdp4j.ebpf.vm.TrapException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InterpreterTest {
    private static final int PACKET_BYTES = 64;

    /// Takes program ids for file descriptors.
    private static final MapEnvironment PROGRAMS_BY_ID =
            new MapEnvironment() {
                @Override
                public int programId(BpfMap array, int fd) {
                    return fd;
                }
            };

    private final Arena arena = Arena.ofConfined();
    private final BpfRuntime runtime = new BpfRuntime(2);
    private final BpfMachine machine = new BpfMachine(runtime, 0, arena);
    private final TestRun runs = new TestRun(machine, TestRun.Ingress.LOOPBACK);
    private final Map<Integer, BpfMap> maps = new HashMap<>();

    @AfterEach
    void close() {
        runs.close();
        for (BpfMap map : new ArrayList<>(maps.values())) {
            runtime.unregisterMap(map.id());
            map.close();
        }
        arena.close();
    }

    private BpfMap map(int fd, MapType type, int keySize, int valueSize, int entries, int flags) {
        MapSpec spec = MapSpec.of("m" + fd, type, keySize, valueSize, entries, flags);
        BpfMap map = MapFactory.create(spec, runtime.nextMapId(), runtime.cpus(), PROGRAMS_BY_ID);
        runtime.registerMap(map);
        maps.put(fd, map);
        return map;
    }

    private Interpreter load(String text) {
        List<Insn> insns = new Assembler(HelperNames.ALL).parse(text);
        int id = runtime.nextProgramId();
        Interpreter program = Interpreter.load(Programs.linked("test", insns, maps), id);
        runtime.registerProgram(id, program.main());
        runtime.registerFunctions(id, program.functionsByInsn());
        return program;
    }

    private long run(String text) {
        return run(load(text));
    }

    private long run(Interpreter program) {
        return runs.run(program.main(), new byte[PACKET_BYTES], TestRun.Options.ONCE).r0();
    }

    // ---- memory

    @ParameterizedTest
    @CsvSource({"4, 0, 64", "0, 8, 0"})
    void answersPacketWordsWithFullPointers(int minuend, int subtrahend, long difference) {
        assertThat(
                        run(
                                """
                                r0 = *(u32 *)(r1 +%d)
                                r2 = *(u32 *)(r1 +%d)
                                r0 -= r2
                                exit
                                """
                                        .formatted(minuend, subtrahend)))
                .isEqualTo(difference);
    }

    @ParameterizedTest
    @CsvSource({"12, 1", "16, 0", "20, 0"})
    void answersTheOtherWordsOfTheContext(int offset, long value) {
        assertThat(run("r0 = *(u32 *)(r1 +" + offset + ")\nexit")).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r0 = *(u64 *)(r1 +0)",
                "r0 = *(u16 *)(r1 +0)",
                "r0 = *(u8 *)(r1 +12)",
                "r0 = *(u32 *)(r1 +2)",
                "r0 = *(u32 *)(r1 +24)",
                "r0 = *(s32 *)(r1 +12)",
                "*(u32 *)(r1 +12) = 1",
            })
    void refusesOtherAccessesToTheContext(String access) {
        assertThatThrownBy(() -> run("r0 = 0\n" + access + "\nexit"))
                .isInstanceOf(MemoryTrapException.class)
                .hasMessageContaining("insn 1: ")
                .hasMessageContaining("the context has 4-byte words");
    }

    @ParameterizedTest
    @CsvSource({"0, u8", "63, u8", "62, u16", "60, u32", "56, u64"})
    void readsThePacketToItsEnd(int offset, String type) {
        assertThat(run(packetLoad(offset, type))).isZero();
    }

    @ParameterizedTest
    @CsvSource({"-1, u8", "64, u8", "63, u16", "61, u32", "57, u64", "4096, u8"})
    void refusesReadPastThePacket(int offset, String type) {
        assertThatThrownBy(() -> run(packetLoad(offset, type)))
                .isInstanceOf(MemoryTrapException.class)
                .hasMessageContaining("insn 1: load of ")
                .hasMessageContaining("packet offset " + offset + ", the packet has bytes 0..63");
    }

    private static String packetLoad(int offset, String type) {
        return "r1 = *(u32 *)(r1 +0)\nr0 = *(" + type + " *)(r1 " + signed(offset) + ")\nexit";
    }

    private static String signed(int offset) {
        return (offset < 0 ? "" : "+") + offset;
    }

    @Test
    void followsThePacketWhereAHelperMovesIt() {
        String program =
                """
                r6 = r1
                r2 = 4
                call bpf_xdp_adjust_head
                r1 = *(u32 *)(r6 +0)
                r0 = *(u8 *)(r1 %s)
                exit
                """;
        assertThat(run(program.formatted("+59"))).isZero();
        assertThatThrownBy(() -> run(program.formatted("+60")))
                .hasMessageContaining("packet offset 60, the packet has bytes 0..59");
        assertThatThrownBy(() -> run(program.formatted("-1")))
                .isInstanceOf(MemoryTrapException.class);
    }

    @ParameterizedTest
    @CsvSource({"-513, u8", "0, u8", "-1, u16", "-516, u64", "-4, u64"})
    void refusesReadBesideTheStackFrame(int offset, String type) {
        assertThatThrownBy(() -> run("r0 = *(" + type + " *)(r10 " + signed(offset) + ")\nexit"))
                .isInstanceOf(MemoryTrapException.class)
                .hasMessageContaining("stack offset " + offset + " from the current frame pointer");
    }

    @Test
    void refusesTheStackOfAFunctionThatReturned() {
        assertThatThrownBy(() ->
                        run(
                                """
                                call sub
                                r0 = *(u64 *)(r0 +0)
                                exit
                                sub:
                                r0 = r10
                                r0 += -8
                                exit
                                """))
                .isInstanceOf(MemoryTrapException.class)
                .hasMessageContaining("insn 1: load of 8 bytes");
    }

    @Test
    void refusesNullAndMapPointers() {
        map(5, MapType.ARRAY, 4, 8, 1, 0);
        assertThatThrownBy(() -> run("r1 = 0\nr0 = *(u64 *)(r1 +8)\nexit"))
                .hasMessageContaining("a null pointer");
        assertThatThrownBy(() -> run("r1 = map[fd:5]\nr0 = *(u64 *)(r1 +0)\nexit"))
                .hasMessageContaining("a map pointer, which only helpers take");
    }

    @ParameterizedTest
    @CsvSource({"0, u64, true", "15, u8, true", "16, u8, false", "12, u64, false", "-1, u8, false"})
    void keepsAccessesToAMapInOneValue(int offset, String type, boolean allowed) {
        map(5, MapType.ARRAY, 4, 16, 1, 0);
        String program =
                """
                r1 = map[fd:5]
                *(u32 *)(r10 -4) = 0
                r2 = r10
                r2 += -4
                call bpf_map_lookup_elem
                r0 = *(%s *)(r0 %s)
                exit
                """
                        .formatted(type, signed(offset));
        if (allowed) {
            assertThat(run(program)).isZero();
        } else {
            assertThatThrownBy(() -> run(program)).isInstanceOf(MemoryTrapException.class);
        }
    }

    @Test
    void refusesAStoreToAMapThatIsReadOnlyForPrograms() {
        map(5, MapType.ARRAY, 4, 8, 1, MapFlags.RDONLY_PROG);
        assertThat(run("r1 = map[fd:5][0]+0\nr0 = *(u64 *)(r1 +0)\nexit")).isZero();
        assertThatThrownBy(() -> run("r1 = map[fd:5][0]+0\n*(u64 *)(r1 +0) = 1\nexit"))
                .isInstanceOf(MemoryTrapException.class)
                .hasMessageContaining("is read-only for programs");
    }

    @Test
    void refusesMisalignedAtomics() {
        assertThatThrownBy(() -> run("r1 = 1\nlock *(u32 *)(r10 -6) += r1\nexit"))
                .isInstanceOf(MemoryTrapException.class)
                .hasMessageContaining("misaligned");
    }

    @Test
    void givesRawProgramsTheirMemoryOnly() {
        long memory = arena.allocate(16, 8).address();
        Interpreter sum = load("r0 = r2\nr3 = *(u64 *)(r1 +8)\nr0 += r3\nexit");
        assertThat(machine.runOnMemory(sum.main(), memory, 16)).isEqualTo(16);
        assertThatThrownBy(() -> machine.runOnMemory(sum.main(), memory, 15))
                .isInstanceOf(MemoryTrapException.class)
                .hasMessageContaining("offset 8 of memory with bytes 0..14");
    }

    // ---- calls

    @Test
    void refusesTheNinthFrame() {
        assertThatThrownBy(() -> run("call self\nexit\nself: call self\nexit"))
                .isInstanceOf(CallTrapException.class)
                .hasMessageContaining("the call stack of 9 frames is too deep");
    }

    @Test
    void endsARunThatDoesNotEnd() {
        machine.limitInstructions(1000);
        assertThatThrownBy(() -> run("again: goto again\nexit"))
                .isInstanceOf(BudgetTrapException.class)
                .hasMessageContaining("1000 instructions");
        assertThat(run("r0 = 2\nexit")).isEqualTo(2);
    }

    @Test
    void countsInstructionsOfCallsToo() {
        machine.limitInstructions(100);
        assertThatThrownBy(() -> run("again: call sub\ngoto again\nexit\nsub: r0 = 0\nexit"))
                .isInstanceOf(BudgetTrapException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r1 = 5\nr2 = r10\nr2 += -8\ncall bpf_map_lookup_elem",
                "r1 = map[fd:5]\nr2 = 64\ncall bpf_map_lookup_elem",
                "r1 = map[fd:5]\nr2 = r10\nr2 += -2\ncall bpf_map_lookup_elem",
                "r1 = 7\nr2 = 0\ncall bpf_xdp_adjust_head",
                "r1 = 1\nr2 = 3\nr3 = 0\nr4 = 0\ncall bpf_loop",
                "r2 = 7\nr3 = 0\ncall bpf_tail_call",
                "r2 = 0x123456789abc ll\ncallx r2",
            })
    void checksWhatHelpersGet(String call) {
        map(5, MapType.ARRAY, 4, 8, 1, 0);
        assertThatThrownBy(() -> run(call + "\nexit")).isInstanceOf(TrapException.class);
    }

    @Test
    void callsByRegister() {
        assertThat(run("r2 = subprog[sub]\nr1 = 20\ncallx r2\nexit\nsub: r0 = r1\nr0 += 2\nexit"))
                .isEqualTo(22);
    }

    @Test
    void runsACallbackOnAFrameOfItsOwn() {
        assertThat(
                        run(
                                """
                                *(u64 *)(r10 -8) = 0
                                r1 = 10
                                r2 = subprog[body]
                                r3 = r10
                                r3 += -8
                                r4 = 0
                                call bpf_loop
                                r0 = *(u64 *)(r10 -8)
                                exit
                                body:
                                *(u64 *)(r10 -8) = 99
                                r3 = *(u64 *)(r2 +0)
                                r3 += r1
                                *(u64 *)(r2 +0) = r3
                                r0 = 0
                                exit
                                """))
                .isEqualTo(45);
    }

    @Test
    void boundsCallbacksWithinCallbacks() {
        assertThatThrownBy(() ->
                        run(
                                """
                                body:
                                r1 = 2
                                r2 = subprog[body]
                                r3 = 0
                                r4 = 0
                                call bpf_loop
                                exit
                                """))
                .isInstanceOf(CallTrapException.class);
    }

    // ---- tail calls

    @Test
    void tailCallsAProgramAndDoesNotComeBack() {
        BpfMap programs = map(5, MapType.PROG_ARRAY, 4, 4, 2, 0);
        put(programs, 1, lastProgramId("r0 = 77\nexit"));
        String call = "r2 = map[fd:5]\nr3 = %d\ncall bpf_tail_call\nr0 = 1\nexit";
        assertThat(run(call.formatted(1))).isEqualTo(77);
        assertThat(run(call.formatted(0))).isEqualTo(1);
        assertThat(run(call.formatted(2))).isEqualTo(1);
    }

    @Test
    void allows33TailCallsInARun() {
        BpfMap programs = map(5, MapType.PROG_ARRAY, 4, 4, 1, 0);
        map(6, MapType.ARRAY, 4, 8, 1, 0);
        String self =
                """
                r6 = map[fd:6][0]+0
                r7 = *(u64 *)(r6 +0)
                r7 += 1
                *(u64 *)(r6 +0) = r7
                r2 = map[fd:5]
                r3 = 0
                call bpf_tail_call
                r0 = *(u64 *)(r6 +0)
                exit
                """;
        Interpreter program = load(self);
        int id = runtime.nextProgramId();
        runtime.registerProgram(id, program.main());
        put(programs, 0, id);
        assertThat(run(program)).isEqualTo(34);
    }

    private int lastProgramId(String text) {
        Interpreter program = load(text);
        int id = runtime.nextProgramId();
        runtime.registerProgram(id, program.main());
        return id;
    }

    private static void put(BpfMap programs, int index, int id) {
        programs.update(littleEndian(index), littleEndian(id), MapFlags.ANY);
    }

    private static byte[] littleEndian(int value) {
        return new byte[] {
            (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
        };
    }

    // ---- loading

    @Test
    void namesWhatIsMalformed() {
        assertThatThrownBy(() -> load("r0 = 1\ngoto pc+5\nexit"))
                .isInstanceOf(MalformedObjectException.class)
                .hasMessage("test: insn 1: jump out of range from insn 1 to 7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    call unknown#9999    | helper #9999
                    call kfunc#7         | kernel function #7
                    r0 = *(u8 *)skb[0]   | legacy packet load
                    """)
    void namesWhatIsNotHere(String insn, String message) {
        assertThatThrownBy(() -> load(insn + "\nr0 = 0\nexit"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("test: insn 0: ")
                .hasMessageContaining(message);
    }
}
