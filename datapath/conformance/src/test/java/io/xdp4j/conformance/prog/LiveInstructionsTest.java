package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.ebpf.asm.Assembler;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelBpf.LoadResult;
import io.xdp4j.linux.bpf.KernelBpf.ProgramAttributes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The instruction corpus of the engine holds on this kernel too: each case is a function of an XDP
/// program that writes what the functions return into the packet. Callbacks, which take BTF to load,
/// are left to the object of helpers in [KernelAgreementTest].
final class LiveInstructionsTest {
    private static final String CORPUS = "datapath/ebpf/src/test/resources/isa/";
    private static final int XDP = 6;

    /// Cases of a program: a verifier follows each of them.
    private static final int BATCH = 40;

    /// Instructions of the main function: those before the calls, of each call, behind them.
    private static final int HEAD = 6;

    private static final int EACH = 2;
    private static final int TAIL = 2;

    private record Case(String name, List<Insn> insns, long expected) {}

    @BeforeEach
    void needsBpf() {
        KernelMirror.assumeBpf();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alu64", "alu32", "unary", "jump", "memory", "atomic", "control"})
    void givesWhatTheCorpusSays(String file) {
        List<Case> cases =
                cases(Repository.read(Path.of(CORPUS + file + ".txt"))).stream()
                        .filter(test ->
                                test.insns().stream().noneMatch(LiveInstructionsTest::isCallback))
                        .toList();
        assertThat(cases).isNotEmpty();
        List<String> wrong = new ArrayList<>();
        for (int from = 0; from < cases.size(); from += BATCH) {
            wrong.addAll(run(cases.subList(from, Math.min(cases.size(), from + BATCH))));
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean isCallback(Insn insn) {
        return insn.isLoadImm64() && insn.src() == Opcode.PSEUDO_FUNC;
    }

    private static List<Case> cases(String text) {
        List<Case> cases = new ArrayList<>();
        StringBuilder program = new StringBuilder();
        String name = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("program ")) {
                name = line;
                program.setLength(0);
            } else if (line.startsWith("row ")) {
                cases.add(row(name, program.toString(), line));
            } else {
                program.append(line).append('\n');
            }
        }
        return cases;
    }

    private static Case row(String name, String program, String row) {
        String[] sides = row.substring("row ".length()).split("->", -1);
        String[] arguments = sides[0].strip().split(" ", -1);
        String text = program;
        for (int i = 0; i < arguments.length; i++) {
            text = text.replace("$" + (i + 1), arguments[i]);
        }
        return new Case(
                name + ' ' + row,
                Assembler.assemble(text),
                Long.parseUnsignedLong(sides[1].strip().substring(2), 16));
    }

    private static List<String> run(List<Case> cases) {
        LoadResult loaded =
                KernelBpf.loadProgram(ProgramAttributes.of("corpus", XDP, code(cases), "GPL"));
        if (loaded.fd() < 0) {
            return cases.size() == 1
                    ? runAsMain(cases.getFirst())
                    : cases.stream().flatMap(test -> run(List.of(test)).stream()).toList();
        }
        byte[] packet = new byte[Math.max(64, cases.size() * Long.BYTES)];
        ByteBuffer results =
                ByteBuffer.wrap(
                                KernelBpf.testRun(
                                                loaded.fd(), packet, new byte[0], packet.length, 1)
                                        .data())
                        .order(ByteOrder.LITTLE_ENDIAN);
        Fd.close(loaded.fd());
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            long r0 = results.getLong(i * Long.BYTES);
            if (r0 != cases.get(i).expected()) {
                wrong.add(cases.get(i).name() + ": here 0x" + Long.toHexString(r0));
            }
        }
        return wrong;
    }

    /// What needs all eight frames is no function; of its r0 the kernel tells the lower half.
    private static List<String> runAsMain(Case test) {
        LoadResult loaded =
                KernelBpf.loadProgram(
                        ProgramAttributes.of(
                                "corpus", XDP, KernelMirror.encoded(test.insns()), "GPL"));
        if (loaded.fd() < 0) {
            return List.of(test.name() + ": refused: " + end(loaded.log()));
        }
        int r0 = KernelBpf.testRun(loaded.fd(), new byte[64], new byte[0], 64, 1).retval();
        Fd.close(loaded.fd());
        return r0 == (int) test.expected()
                ? List.of()
                : List.of(test.name() + ": here 0x" + Integer.toHexString(r0));
    }

    private static String end(String log) {
        return log.substring(Math.max(0, log.length() - 300));
    }

    /// The main function, then the cases.
    private static byte[] code(List<Case> cases) {
        int bytes = Math.max(64, cases.size() * Long.BYTES);
        StringBuilder main =
                new StringBuilder(
                        """
                        r7 = *(u32 *)(r1 +0)
                        r3 = *(u32 *)(r1 +4)
                        r0 = 1
                        r4 = r7
                        r4 += %d
                        if r4 > r3 goto pc+%d
                        """
                                .formatted(bytes, cases.size() * EACH + 1));
        List<Insn> functions = new ArrayList<>();
        int mainLength = HEAD + cases.size() * EACH + TAIL;
        for (int i = 0; i < cases.size(); i++) {
            int call = HEAD + i * EACH;
            main.append("call pc+%d\n".formatted(mainLength + functions.size() - call - 1));
            main.append("*(u64 *)(r7 +%d) = r0\n".formatted(i * Long.BYTES));
            functions.addAll(cases.get(i).insns());
        }
        List<Insn> all = new ArrayList<>(Assembler.assemble(main + "r0 = 2\nexit\n"));
        assertThat(all).hasSize(mainLength);
        all.addAll(functions);
        return KernelMirror.encoded(all);
    }
}
