package io.xdp4j.benchmarks;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Time and, with `-prof gc`, bytes allocated per frame while the workers run.
///
/// One operation is one frame: a call waits until the scenario has delivered a million more.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class DatapathBenchmark {
    private static final int FRAMES = 1 << 20;

    @Param({
        "drop",
        "tx",
        "redirect",
        "veth",
        "switch",
        "balance",
        "xsk-rxdrop",
        "xsk-l2fwd",
        "cpumap"
    })
    public String scenario = "drop";

    private @Nullable Scenario running;

    @Setup
    public void start() {
        running = Scenario.start(scenario, 64);
    }

    private Scenario running() {
        return Objects.requireNonNull(running);
    }

    @TearDown
    public void stop() {
        running().close();
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long frame() throws InterruptedException {
        Scenario scenario = running();
        long until = scenario.delivered() + FRAMES;
        while (scenario.delivered() < until) {
            TimeUnit.MILLISECONDS.sleep(1); // both cores belong to the workers
        }
        return until;
    }
}
