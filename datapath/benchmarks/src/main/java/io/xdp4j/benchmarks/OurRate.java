package io.xdp4j.benchmarks;

import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.interpreter.Interpreter;
import io.xdp4j.ebpf.jit.CompiledProgram;
import io.xdp4j.ebpf.jit.JitCompiler;
import io.xdp4j.ebpf.jit.JitOptions;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.Executable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Times one program in our engine, by a test run on one packet.
final class OurRate implements AutoCloseable {
    private final Collection collection;
    private final TestRun run;
    private final Executable main;
    private final byte[] packet;
    private final int retval;
    private int repeat = 1000;

    /// What runs the programs.
    enum Engine {
        JIT,
        INTERPRETER
    }

    /// @param directory with objects and packets
    OurRate(Path directory, EngineCase one, Engine engine) throws IOException {
        packet = Files.readAllBytes(directory.resolve(one.packet() + ".bin"));
        collection =
                Collection.load(
                        directory.resolve(one.object() + ".bpf.o"),
                        LoadOptions.DEFAULT.withKeepGoing(true));
        run = new TestRun(collection.machine(), TestRun.Ingress.LOOPBACK);
        one.fill(collection);
        for (BpfProgram program : collection.programs().values()) {
            if (one.needs(program.linked().name())) {
                install(program.linked(), program.id(), engine);
            }
        }
        Executable program = collection.runtime().program(collection.program(one.program()).id());
        if (program == null) {
            throw new IllegalArgumentException(
                    "program: " + one.program() + " (expected: one that loads)");
        }
        main = program;
        retval = run.run(main, packet, TestRun.Options.ONCE).retval();
    }

    /// For raw memory: the kernel has verified the programs.
    private void install(LinkedProgram program, int id, Engine engine) {
        if (engine == Engine.JIT) {
            CompiledProgram compiled = JitCompiler.compile(program, JitOptions.verified(id));
            collection.runtime().registerProgram(id, compiled.main());
            collection.runtime().registerFunctions(id, compiled.functionsByInsn());
        } else {
            Interpreter interpreter = Interpreter.loadVerified(program, id);
            collection.runtime().registerProgram(id, interpreter.main());
            collection.runtime().registerFunctions(id, interpreter.functionsByInsn());
        }
    }

    int retval() {
        return retval;
    }

    /// Runs until the time of a batch has not got better for a while.
    void warmUp(long patienceNanos, long batchNanos) {
        double best = Double.MAX_VALUE;
        long better = System.nanoTime();
        while (System.nanoTime() - better < patienceNanos) {
            double nanos = timed();
            if (nanos < best * 0.95) {
                best = nanos;
                better = System.nanoTime();
            }
            repeat = (int) Math.clamp(batchNanos / Math.max(1, nanos), 100, 4_000_000);
        }
    }

    /// Nanoseconds per run, of the best batch.
    double lowest(int batches) {
        double lowest = Double.MAX_VALUE;
        for (int batch = 0; batch < batches; batch++) {
            lowest = Math.min(lowest, timed());
        }
        return lowest;
    }

    private double timed() {
        return run.run(main, packet, new TestRun.Options(repeat, false, null)).nanosPerRun();
    }

    @Override
    public void close() {
        run.close();
        collection.close();
    }
}
