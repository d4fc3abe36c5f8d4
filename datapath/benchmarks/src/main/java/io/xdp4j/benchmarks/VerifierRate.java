package io.xdp4j.benchmarks;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.verifier.Verifier;
import io.xdp4j.ebpf.verifier.VerifierOptions;
import io.xdp4j.ebpf.verifier.VerifierResult;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelBpf.LoadResult;
import io.xdp4j.linux.bpf.KernelBpf.MapAttributes;
import io.xdp4j.linux.bpf.KernelBpf.ProgramAttributes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Times the verifier beside the live kernel's program load, object by object.
///
/// Both are timed in turn, after all objects were judged until the JVM is warm.
///
/// Arguments: object files, or `--large N` for a made program of N instructions, judged once by a
/// cold JVM. The kernel is given the same instructions and maps and writes no log; programs that it
/// refuses (those that need types, which it is not given here) are left out. What the kernel takes
/// includes its compiler, ours does not.
public final class VerifierRate {
    private static final int XDP = 6;
    private static final int ROUNDS = 15;
    private static final long WARM_UP_NANOS = 15_000_000_000L;
    private static final VerifierOptions OPTIONS = new VerifierOptions(0, 2);

    private VerifierRate() {}

    /// Nanoseconds of one object's programs, round by round.
    @SuppressWarnings("ArrayRecordComponent") // nobody outside sees them
    private record Times(long[] kernel, long[] ours) {
        static double millis(long[] rounds, double quantile) {
            long[] sorted = rounds.clone();
            Arrays.sort(sorted);
            return sorted[(int) ((sorted.length - 1) * quantile)] / 1e6;
        }
    }

    public static void main(String[] args) {
        if (args.length == 2 && args[0].equals("--large")) {
            large(Integer.parseInt(args[1]));
            return;
        }
        System.out.printf(
                "%-32s %4s  %24s  %24s  %s%n",
                "object", "n", "kernel ms (min..p90)", "here ms (min..p90)", "here/kernel");
        List<Subject> subjects = new ArrayList<>();
        try {
            for (String file : args) {
                add(Path.of(file), subjects);
            }
            warmUp(subjects);
            report(subjects);
        } finally {
            subjects.forEach(Subject::close);
        }
    }

    private static void report(List<Subject> subjects) {
        double kernel = 0;
        double here = 0;
        for (Subject subject : subjects) {
            Times times = measure(subject);
            double k = Times.millis(times.kernel(), 0.5);
            double h = Times.millis(times.ours(), 0.5);
            kernel += k;
            here += h;
            System.out.printf(
                    "%-32s %4d  %8.3f (%6.3f..%6.3f)  %8.3f (%6.3f..%6.3f)  %5.2f%n",
                    subject.file().getFileName(),
                    subject.programs().size(),
                    k,
                    Times.millis(times.kernel(), 0),
                    Times.millis(times.kernel(), 0.9),
                    h,
                    Times.millis(times.ours(), 0),
                    Times.millis(times.ours(), 0.9),
                    h / k);
        }
        System.out.printf("all: kernel %.1f ms, here %.1f ms, %.2f%n", kernel, here, here / kernel);
    }

    /// One object: its maps here and in the kernel, and those of its programs that the kernel accepts.
    private record Subject(
            Path file, Collection live, Map<Integer, Integer> fds, List<LinkedProgram> programs)
            implements AutoCloseable {
        @Override
        public void close() {
            fds.values().stream().filter(fd -> fd > 0).forEach(Fd::close);
            live.close();
        }
    }

    private static void add(Path file, List<Subject> subjects) {
        try {
            CollectionSpec object = Collection.read(file);
            LoadOptions options =
                    LoadOptions.DEFAULT.withType(ProgramType.XDP).withWanted(_ -> false);
            Collection live = Collection.load(object, options);
            Subject subject = new Subject(file, live, new HashMap<>(), new ArrayList<>());
            subjects.add(subject);
            for (BpfMap map : live.maps().values()) {
                subject.fds().put(map.id(), create(map.spec()));
            }
            for (ProgramSpec program : object.programs()) {
                LinkedProgram linked = live.link(object, program);
                if (inKernel(linked, subject.fds()) >= 0) {
                    subject.programs().add(linked);
                }
            }
            if (subject.programs().isEmpty()) {
                subjects.removeLast().close();
            }
        } catch (EbpfException e) {
            System.err.println(file + ": left out: " + e.getMessage());
        }
    }

    /// Judges all programs, over and over.
    private static void warmUp(List<Subject> subjects) {
        long end = System.nanoTime() + WARM_UP_NANOS;
        while (System.nanoTime() < end) {
            for (Subject subject : subjects) {
                subject.programs().forEach(program -> Verifier.verify(program, OPTIONS));
            }
        }
    }

    private static Times measure(Subject subject) {
        long[] kernel = new long[ROUNDS];
        long[] ours = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (LinkedProgram program : subject.programs()) {
                kernel[round] += inKernel(program, subject.fds());
                long start = System.nanoTime();
                Verifier.verify(program, OPTIONS);
                ours[round] += System.nanoTime() - start;
            }
        }
        return new Times(kernel, ours);
    }

    private static int create(MapSpec spec) {
        int inner = spec.inner() == null ? 0 : create(spec.inner());
        int fd =
                KernelBpf.createMap(
                        new MapAttributes(
                                "rate",
                                spec.type().number(),
                                spec.keySize(),
                                spec.valueSize(),
                                spec.maxEntries(),
                                spec.flags(),
                                inner,
                                spec.mapExtra(),
                                0,
                                0,
                                0));
        if (inner > 0) {
            Fd.close(inner);
        }
        return fd;
    }

    /// Nanoseconds of a load, -1 for a program that the kernel refuses.
    private static long inKernel(LinkedProgram program, Map<Integer, Integer> fds) {
        ByteBuffer code =
                ByteBuffer.allocate(program.insns().size() * Insn.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (Insn insn : program.insns()) {
            boolean map =
                    insn.isLoadImm64()
                            && (insn.src() == Opcode.PSEUDO_MAP_FD
                                    || insn.src() == Opcode.PSEUDO_MAP_VALUE);
            code.putLong((map ? insn.withImm(fds.getOrDefault(insn.imm(), -1)) : insn).encode());
        }
        ProgramAttributes attributes =
                new ProgramAttributes(
                        "rate",
                        XDP,
                        program.expectedAttachType(),
                        code.array(),
                        program.license(),
                        0,
                        0,
                        0,
                        0,
                        new byte[0]);
        long start = System.nanoTime();
        LoadResult result = KernelBpf.loadProgram(attributes);
        long taken = System.nanoTime() - start;
        if (result.fd() < 0) {
            return -1;
        }
        Fd.close(result.fd());
        return taken;
    }

    // ---- one large program

    private static void large(int instructions) {
        LinkedProgram program =
                new LinkedProgram(
                        "large",
                        ProgramType.XDP,
                        0,
                        code(instructions),
                        Map.of(),
                        "GPL",
                        Set.of(),
                        null,
                        List.of(),
                        List.of());
        long start = System.nanoTime();
        VerifierResult result = Verifier.verify(program, OPTIONS);
        double millis = (System.nanoTime() - start) / 1e6;
        Runtime runtime = Runtime.getRuntime();
        System.out.printf(
                "%d instructions, cold: %s, %.0f ms, %d processed, heap %d MiB of %d%n",
                program.insns().size(),
                result.accepted() ? "accepted" : "rejected: " + result.reason(),
                millis,
                result.processed(),
                runtime.totalMemory() >> 20,
                runtime.maxMemory() >> 20);
    }

    /// Blocks that check the packet, load from it, branch on what they load and keep a sum on the
    /// stack, until there are enough.
    private static List<Insn> code(int instructions) {
        List<Insn> code = new ArrayList<>();
        code.add(new Insn(Opcode.ALU64 | Opcode.MOV | Opcode.X, 6, 1, 0, 0));
        code.add(new Insn(Opcode.ST | Opcode.MEM | Opcode.DW, 10, 0, -8, 0));
        while (code.size() < instructions - 16) {
            int byteAt = code.size() % 60;
            code.add(new Insn(Opcode.LDX | Opcode.MEM | Opcode.W, 2, 6, 0, 0));
            code.add(new Insn(Opcode.LDX | Opcode.MEM | Opcode.W, 3, 6, 4, 0));
            code.add(new Insn(Opcode.ALU64 | Opcode.MOV | Opcode.X, 4, 2, 0, 0));
            code.add(new Insn(Opcode.ALU64 | Opcode.ADD, 4, 0, 0, 64));
            code.add(new Insn(Opcode.JMP | Opcode.JGT | Opcode.X, 4, 3, 7, 0));
            code.add(new Insn(Opcode.LDX | Opcode.MEM | Opcode.B, 5, 2, byteAt, 0));
            code.add(new Insn(Opcode.JMP | Opcode.JEQ, 5, 0, 1, byteAt));
            code.add(new Insn(Opcode.ALU64 | Opcode.AND, 5, 0, 0, 15));
            code.add(new Insn(Opcode.LDX | Opcode.MEM | Opcode.DW, 7, 10, -8, 0));
            code.add(new Insn(Opcode.ALU64 | Opcode.ADD | Opcode.X, 7, 5, 0, 0));
            code.add(new Insn(Opcode.ALU64 | Opcode.AND, 7, 0, 0, 0xffff));
            code.add(new Insn(Opcode.STX | Opcode.MEM | Opcode.DW, 10, 7, -8, 0));
        }
        code.add(new Insn(Opcode.ALU64 | Opcode.MOV, 0, 0, 0, 2));
        code.add(new Insn(Opcode.JMP | Opcode.EXIT, 0, 0, 0, 0));
        return code;
    }
}
