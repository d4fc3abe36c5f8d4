package io.xdp4j.benchmarks;

import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.jit.CompiledProgram;
import io.xdp4j.ebpf.jit.JitCompiler;
import io.xdp4j.ebpf.jit.JitOptions;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.Executable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Our compiler and the kernel's, program by program, in one sitting.
///
/// Usage: `EngineRate DIRECTORY CASES [NAME PART...]`; see `engine.sh`. Each side repeats a test run
/// on one packet; the lowest batch counts, as machines are shared. Net is less what an empty program
/// takes on that side, and at least a nanosecond.
public final class EngineRate {
    private static final int BATCHES = 30;
    private static final long PATIENCE_NANOS = 1_500_000_000L;
    private static final long BATCH_NANOS = 8_000_000L;

    private final Path directory;
    private final KernelRate kernel;

    private EngineRate(Path directory) {
        this.directory = directory;
        this.kernel = new KernelRate(directory);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        List<String> parts = Arrays.asList(args).subList(2, args.length);
        List<EngineCase> cases = new ArrayList<>();
        for (EngineCase one : EngineCase.read(Path.of(args[1]))) {
            if (parts.isEmpty() || parts.stream().anyMatch(one.program()::contains)) {
                cases.add(one);
            }
        }
        new EngineRate(directory).compare(cases);
    }

    private void compare(List<EngineCase> cases) throws IOException, InterruptedException {
        EngineCase empty = new EngineCase("", "micro", "mb_drop", "udp4_64", List.of());
        // Programs of several classes first, so that no program is inlined into the measuring loop.
        for (String program : List.of("mb_pass", "mb_drop", "mb_bounds", "t_leaf")) {
            ours(new EngineCase("", "micro", program, "udp4_64", List.of()), 20_000_000L);
        }
        double ourEmpty = ours(empty, PATIENCE_NANOS).nanos();
        double kernelEmpty = kernel.measure(empty).nanos();
        print("empty: ours %.1f ns, kernel %.1f ns", ourEmpty, kernelEmpty);
        print("%-6s %-20s %-12s %9s %9s %7s", "", "program", "packet", "ours", "kernel", "ratio");
        Map<String, List<Double>> ratios = new TreeMap<>();
        for (EngineCase one : cases) {
            KernelRate.Timing theirs = kernel.measure(one);
            KernelRate.Timing mine = ours(one, PATIENCE_NANOS);
            double net = Math.max(1, mine.nanos() - ourEmpty);
            double kernelNet = Math.max(1, theirs.nanos() - kernelEmpty);
            ratios.computeIfAbsent(one.group(), _ -> new ArrayList<>()).add(net / kernelNet);
            print(
                    "%-6s %-20s %-12s %9.1f %9.1f %6.2fx%s",
                    one.group(),
                    one.program(),
                    one.packet(),
                    net,
                    kernelNet,
                    net / kernelNet,
                    mine.retval() == theirs.retval()
                            ? ""
                            : "  returns " + mine.retval() + ", kernel " + theirs.retval());
        }
        ratios.forEach(EngineRate::summary);
    }

    private static void summary(String group, List<Double> ratios) {
        double logs = ratios.stream().mapToDouble(Math::log).sum();
        print(
                "%s: %d programs, geometric mean %.2fx, highest %.2fx",
                group,
                ratios.size(),
                Math.exp(logs / ratios.size()),
                ratios.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }

    @SuppressWarnings("AnnotateFormatMethod") // no dependency on the annotation
    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private KernelRate.Timing ours(EngineCase one, long patienceNanos) throws IOException {
        byte[] packet = Files.readAllBytes(directory.resolve(one.packet() + ".bin"));
        Path object = directory.resolve(one.object() + ".bpf.o");
        try (Collection collection =
                        Collection.load(object, LoadOptions.DEFAULT.withKeepGoing(true));
                TestRun run = new TestRun(collection.machine(), TestRun.Ingress.LOOPBACK)) {
            one.fill(collection);
            Executable main = compile(collection, one.program());
            int retval = run.run(main, packet, TestRun.Options.ONCE).retval();
            return new KernelRate.Timing(retval, lowest(run, main, packet, patienceNanos));
        }
    }

    /// Compiles the program, and those it may tail-call, for raw memory: the kernel has verified
    /// them.
    private static Executable compile(Collection collection, String name) {
        for (BpfProgram program : collection.programs().values()) {
            CompiledProgram compiled =
                    JitCompiler.compile(program.linked(), JitOptions.verified(program.id()));
            collection.runtime().registerProgram(program.id(), compiled.main());
            collection.runtime().registerFunctions(program.id(), compiled.functionsByInsn());
        }
        Executable main = collection.runtime().program(collection.program(name).id());
        if (main == null) {
            throw new IllegalArgumentException("program: " + name + " (expected: one that loads)");
        }
        return main;
    }

    private static double lowest(TestRun run, Executable main, byte[] packet, long patienceNanos) {
        int repeat = warmUp(run, main, packet, patienceNanos);
        double lowest = Double.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            lowest = Math.min(lowest, timed(run, main, packet, repeat));
        }
        return lowest;
    }

    /// Runs until the time of a batch has not got better for a while; returns runs for a batch.
    private static int warmUp(TestRun run, Executable main, byte[] packet, long patienceNanos) {
        int repeat = 1000;
        double best = Double.MAX_VALUE;
        long better = System.nanoTime();
        while (System.nanoTime() - better < patienceNanos) {
            double nanos = timed(run, main, packet, repeat);
            if (nanos < best * 0.95) {
                best = nanos;
                better = System.nanoTime();
            }
            repeat = (int) Math.clamp(BATCH_NANOS / Math.max(1, nanos), 100, 4_000_000);
        }
        return repeat;
    }

    private static double timed(TestRun run, Executable main, byte[] packet, int repeat) {
        return run.run(main, packet, new TestRun.Options(repeat, false, null)).nanosPerRun();
    }
}
