package io.xdp4j.benchmarks;

import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.jit.CompiledProgram;
import io.xdp4j.ebpf.jit.JitCompiler;
import io.xdp4j.ebpf.jit.JitOptions;
import io.xdp4j.ebpf.testrun.TestRun;
import java.nio.file.Path;
import java.util.Locale;

/// What one object costs a JVM that has just begun: loading and verifying it, compiling its program,
/// the first run.
///
/// Usage: `CompileTime OBJECT PROGRAM`; see `compile.sh`. Prints instructions and milliseconds by wall
/// clock.
public final class CompileTime {
    private static final int PACKET_BYTES = 64;

    private CompileTime() {}

    public static void main(String[] args) {
        long start = System.nanoTime();
        try (Collection collection = Collection.load(Path.of(args[0]), LoadOptions.DEFAULT);
                TestRun run = new TestRun(collection.machine(), TestRun.Ingress.LOOPBACK)) {
            BpfProgram program = collection.program(args[1]);
            long loaded = System.nanoTime();
            CompiledProgram compiled =
                    JitCompiler.compile(program.linked(), JitOptions.verified(program.id()));
            long ready = System.nanoTime();
            byte[] packet = new byte[PACKET_BYTES];
            int retval = run.run(compiled.main(), packet, TestRun.Options.ONCE).retval();
            long ran = System.nanoTime();
            System.out.println(
                    String.format(
                            Locale.ROOT,
                            "%d insns: load %.0f ms, compile %.0f ms, first run %.0f ms, returns %d",
                            program.linked().insns().size(),
                            (loaded - start) / 1e6,
                            (ready - loaded) / 1e6,
                            (ran - ready) / 1e6,
                            retval));
        }
    }
}
