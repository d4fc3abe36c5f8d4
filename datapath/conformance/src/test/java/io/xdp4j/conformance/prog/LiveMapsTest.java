package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.Repository;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.asm.Assembler;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.Sched;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelBpf.LoadResult;
import io.xdp4j.linux.bpf.KernelBpf.MapAttributes;
import io.xdp4j.linux.bpf.KernelBpf.ProgramAttributes;
import io.xdp4j.linux.bpf.KernelBpf.RunResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is recorded of map creation and map operations, which the engine replays, is what this
/// kernel answers.
final class LiveMapsTest {
    private static final String RECORDS = "datapath/ebpf/src/test/resources/io/xdp4j/ebpf/map/";
    private static final int XDP = 6;
    private static final int RECORDED_CPUS = 2;

    /// Where keys and values of program operations begin on the stack.
    private static final int KEY = -512;

    private static final int VALUE = -256;
    private static final int ROOM = 256;

    private BitSet before = new BitSet();

    @BeforeEach
    void needsBpf() {
        KernelMirror.assumeBpf();
        assumeTrue(
                Sched.configuredCpus() == RECORDED_CPUS,
                "needs a kernel with " + RECORDED_CPUS + " possible CPUs, as the recorded one");
        before = Sched.affinity();
        Sched.setAffinity(0);
    }

    @AfterEach
    void onAllCpus() {
        if (!before.isEmpty()) {
            Sched.setAffinity(before);
        }
    }

    @Test
    void createsAndRefusesTheRecordedMaps() {
        int inner =
                KernelBpf.createMap(MapAttributes.of("inner", MapType.ARRAY.number(), 4, 4, 1, 0));
        List<String> wrong = new ArrayList<>();
        for (String line : records("create.txt")) {
            String[] sides = line.split(" = ", -1);
            String[] words = sides[0].split(" ", -1);
            int given = words[6].equals("1") ? inner : type(words).holdsMaps() ? -1 : 0;
            int fd = create(words, given, Long.parseLong(words[5]));
            compare(line, sides[1], fd >= 0 ? "0" : Errno.nameOf(-fd), wrong);
            close(fd);
        }
        Fd.close(inner);
        assertThat(wrong).isEmpty();
    }

    @Test
    void answersTheRecordedOperations() {
        int inner =
                KernelBpf.createMap(MapAttributes.of("inner", MapType.ARRAY.number(), 4, 4, 1, 0));
        List<String> wrong = new ArrayList<>();
        int map = -1;
        String[] shape = {};
        for (String line : records("ops.txt")) {
            if (line.startsWith("map ")) {
                close(map);
                shape = line.substring("map ".length()).split(" ", -1);
                map = create(shape, type(shape).holdsMaps() ? inner : 0, 0);
                assertThat(map).as(line).isPositive();
                continue;
            }
            String[] sides = line.split(" = ", -1);
            String got = answer(map, shape, sides[0].split(" ", -1));
            compare(String.join(" ", shape) + ": " + line, sides[1], got, wrong);
        }
        close(map);
        Fd.close(inner);
        assertThat(wrong).isEmpty();
    }

    private static List<String> records(String file) {
        return Repository.read(Path.of(RECORDS + file))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private static void compare(String what, String expected, String got, List<String> wrong) {
        if (!got.equals(expected)) {
            wrong.add(what + " but here " + got);
        }
    }

    private static void close(int fd) {
        if (fd >= 0) {
            Fd.close(fd);
        }
    }

    private static MapType type(String[] shape) {
        return Objects.requireNonNull(MapType.of(shape[0].toUpperCase(Locale.ROOT)));
    }

    private static int create(String[] shape, int inner, long extra) {
        return KernelBpf.createMap(
                new MapAttributes(
                        "m",
                        type(shape).number(),
                        Integer.parseInt(shape[1]),
                        Integer.parseInt(shape[2]),
                        Integer.parseInt(shape[3]),
                        Integer.parseInt(shape[4]),
                        inner,
                        extra,
                        0,
                        0,
                        0));
    }

    // ---- operations

    private static String answer(int map, String[] shape, String[] words) {
        return words[0].startsWith("u") ? user(map, shape, words) : program(map, words);
    }

    private static String user(int map, String[] shape, String[] words) {
        byte[] first = words.length > 1 ? hex(words[1]) : new byte[0];
        byte[] next = new byte[Integer.parseInt(shape[1])];
        byte[] value = new byte[valueBytes(shape)];
        return switch (words[0]) {
            case "uupdate" -> shown(KernelBpf.update(map, first, hex(words[2]), flags(words, 3)));
            case "udelete" -> shown(KernelBpf.delete(map, first));
            case "ufreeze" -> shown(KernelBpf.freeze(map));
            case "ulookup" -> shown(KernelBpf.lookup(map, first, value, flags(words, 2)), value);
            case "utake" ->
                    shown(KernelBpf.lookupAndDelete(map, first, value, flags(words, 2)), value);
            case "unext" -> shown(KernelBpf.nextKey(map, first, next), next);
            case "ucontains" -> shown(KernelBpf.lookup(map, new byte[0], first, 0));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /// What bpf(2) moves: all CPUs' values of a per-CPU map, at multiples of eight.
    private static int valueBytes(String[] shape) {
        int size = Integer.parseInt(shape[2]);
        return type(shape).isPerCpu() ? ((size + 7) & -8) * RECORDED_CPUS : size;
    }

    private static byte[] hex(String word) {
        return word.equals("empty") || word.equals("-")
                ? new byte[0]
                : HexFormat.of().parseHex(word);
    }

    private static long flags(String[] words, int at) {
        return words.length > at ? Long.parseLong(words[at]) : 0;
    }

    private static String shown(int result) {
        return result == 0 ? "0" : Errno.nameOf(-result);
    }

    private static String shown(int result, byte[] bytes) {
        return result == 0 ? HexFormat.of().formatHex(bytes) : Errno.nameOf(-result);
    }

    /// A helper call in a program of its own, with key and value on the stack.
    private static String program(int map, String[] words) {
        StringBuilder text = new StringBuilder();
        boolean isLookup = words[0].equals("plookup");
        store(text, KEY, words.length > 1 ? hex(words[1]) : new byte[0]);
        store(text, VALUE, words[0].equals("pupdate") ? hex(words[2]) : new byte[0]);
        text.append("r1 = map[id:%d]\nr2 = r10\nr2 += %d\n".formatted(map, KEY));
        switch (words[0]) {
            case "plookup" -> text.append("call 1\n");
            case "pupdate" ->
                    text.append(
                            "r3 = r10\nr3 += %d\nr4 = 0x%x ll\ncall 2\n"
                                    .formatted(VALUE, flags(words, 3)));
            case "pdelete" -> text.append("call 3\n");
            case "ppush" -> text.append("r3 = 0x%x ll\ncall 87\n".formatted(flags(words, 2)));
            case "ppop" -> text.append("call 88\n");
            default -> text.append("call 89\n");
        }
        text.append(isLookup ? "if r0 == 0 goto pc+1\nr0 = *(u8 *)(r0 +0)\nexit\n" : "exit\n");
        return run(text.toString(), isLookup);
    }

    private static void store(StringBuilder text, int at, byte[] bytes) {
        ByteBuffer padded = ByteBuffer.allocate(ROOM).order(ByteOrder.LITTLE_ENDIAN).put(bytes);
        for (int i = 0; i < ROOM; i += Long.BYTES) {
            text.append("r1 = 0x%x ll\n".formatted(padded.getLong(i)));
            text.append("*(u64 *)(r10 %d) = r1\n".formatted(at + i));
        }
    }

    private static String run(String text, boolean isLookup) {
        List<Insn> insns = Assembler.assemble(text);
        byte[] code = KernelMirror.encoded(insns);
        LoadResult loaded = KernelBpf.loadProgram(ProgramAttributes.of("op", XDP, code, "GPL"));
        assertThat(loaded.fd()).as(text + loaded.log()).isPositive();
        RunResult run = KernelBpf.testRun(loaded.fd(), new byte[64], new byte[0], 64, 1);
        Fd.close(loaded.fd());
        if (isLookup) {
            return run.retval() == 0 ? "0" : HexFormat.of().toHexDigits((byte) run.retval());
        }
        return shown(run.retval());
    }
}
