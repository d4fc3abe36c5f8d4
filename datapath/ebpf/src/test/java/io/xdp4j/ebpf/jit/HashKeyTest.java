package io.xdp4j.ebpf.jit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.interpreter.Interpreter;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapFactory;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Keys of hash look-ups that a program puts together on its stack: in variables of the compiled code
/// where it can, in memory where it must.
final class HashKeyTest {
    private static final int MAP_FD = 1000;
    private static final int LOOKUP = 1;
    private static final int UPDATE = 2;
    private static final int KEY = 24;

    /// Stores are `size@offset`, offsets from the key's first byte.
    @ParameterizedTest
    @CsvSource({
        "4, 4@0",
        "4, 2@0 2@2",
        "4, 8@0",
        "4, 8@-4",
        "8, 8@0",
        "8, 4@0 4@4",
        "8, 1@0 1@1 2@2 4@4",
        "8, 8@-4 8@4",
        "8, 4@4 8@0 4@0",
        "16, 8@0 8@8",
        "16, 4@0 4@4 4@8 4@12",
        "16, 4@0 8@4 4@12",
        "16, 4@-4 4@0 8@4 4@12",
        "24, 8@0 8@8 8@16",
        "24, 8@0 8@8 8@16 4@0 2@16 2@18 1@20",
        "24, 4@-4 4@0 8@4 8@12 4@20",
        "12, 4@0 4@4 4@8",
    })
    void findsWhatTheInterpreterFinds(int keySize, String stores) {
        for (MapType type :
                List.of(
                        MapType.HASH,
                        MapType.LRU_HASH,
                        MapType.PERCPU_HASH,
                        MapType.LRU_PERCPU_HASH)) {
            for (boolean escapes : new boolean[] {false, true}) {
                check(type, keySize, stores, escapes);
            }
        }
    }

    private static void check(MapType type, int keySize, String stores, boolean escapes) {
        try (Programs programs = new Programs()) {
            BpfMap map =
                    MapFactory.create(
                            MapSpec.of("m", type, keySize, 8, 16, 0),
                            programs.runtime.nextMapId(),
                            programs.runtime.cpus());
            programs.runtime.registerMap(map);
            byte[] value = new byte[map.type().isPerCpu() ? 8 * programs.runtime.cpus() : 8];
            value[0] = 42;
            map.update(key(keySize, stores), value, 0);
            LinkedProgram program = program(map, stores, escapes);
            String name = type + " with " + stores + (escapes ? ", escaped" : "");
            assertThat(programs.run(Interpreter.load(program, 1).main(), new byte[64]))
                    .as("interpreted %s", name)
                    .isEqualTo(42);
            for (int methodBytes : new int[] {JitOptions.METHOD_BYTES, 1}) {
                JitOptions options = JitOptions.verified(1).withMethodBytes(methodBytes);
                assertThat(programs.run(program, options)).as("compiled %s", name).isEqualTo(42);
            }
        }
    }

    private record Store(int size, int offset, int value) {
        static List<Store> parse(String stores) {
            List<Store> all = new ArrayList<>();
            for (String store : stores.split(" ", -1)) {
                String[] words = store.split("@", -1);
                int number = all.size() + 1;
                all.add(
                        new Store(
                                Integer.parseInt(words[0]),
                                Integer.parseInt(words[1]),
                                -number * 0x0123_4567));
            }
            return all;
        }

        Insn insn() {
            int width =
                    switch (size) {
                        case 1 -> Opcode.B;
                        case 2 -> Opcode.H;
                        case 4 -> Opcode.W;
                        default -> Opcode.DW;
                    };
            return new Insn(Opcode.ST | Opcode.MEM | width, 10, 0, offset - KEY, value);
        }
    }

    private static byte[] key(int size, String stores) {
        byte[] key = new byte[size];
        for (Store store : Store.parse(stores)) {
            for (int i = 0; i < store.size(); i++) {
                int at = store.offset() + i;
                if (at >= 0 && at < size) {
                    key[at] = (byte) ((long) store.value() >> (8 * i));
                }
            }
        }
        return key;
    }

    private static LinkedProgram program(BpfMap map, String stores, boolean escapes) {
        List<Insn> insns = new ArrayList<>();
        Store.parse(stores).forEach(store -> insns.add(store.insn()));
        call(insns, LOOKUP);
        insns.add(Programs.jump(Opcode.JEQ, 0, 0, 1));
        insns.add(Programs.load(Opcode.DW, 6, 0, 0));
        if (escapes) {
            insns.add(Programs.movX(3, 10));
            insns.add(Programs.add(3, -KEY));
            insns.add(Programs.mov(4, 1));
            call(insns, UPDATE);
        }
        insns.add(Programs.movX(0, 6));
        insns.add(Programs.exit());
        insns.add(0, Programs.mov(6, 0));
        return Programs.xdp("keys", insns, Map.of(MAP_FD, map));
    }

    private static void call(List<Insn> insns, int helper) {
        insns.add(new Insn(Opcode.LD_IMM64, 1, Opcode.PSEUDO_MAP_FD, 0, MAP_FD));
        insns.add(new Insn(0, 0, 0, 0, 0));
        insns.add(Programs.movX(2, 10));
        insns.add(Programs.add(2, -KEY));
        insns.add(Programs.call(helper));
    }
}
