package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A program whose timer refills what it may let pass, on a clock of the test's.
final class RateLimitTest {
    private static final long PERIOD_NANOS = 10_000_000;
    private static final int DROP = 1;
    private static final int PASS = 2;

    private long now = 1_000_000;

    private final BpfClock clock =
            new BpfClock() {
                @Override
                public long monotonicNanos() {
                    return now;
                }

                @Override
                public long taiNanos() {
                    return now;
                }
            };

    @ParameterizedTest
    @EnumSource(names = {"INTERP", "JIT"})
    void refillsWhenTheTimerGoesOffBetweenTwoRuns(Engine engine) {
        LoadOptions options =
                LoadOptions.DEFAULT
                        .withEngine(engine)
                        .withRuntime(
                                new BpfRuntime(2, clock, 1, _ -> {}), 0, TestRun.Ingress.LOOPBACK);
        try (Collection object =
                Collection.load(
                        Collection.read(
                                        Repository.root()
                                                .resolve("samples/bpf/xdp_rate_limit.bpf.o"))
                                .withGlobal("allowance", new byte[] {2, 0, 0, 0, 0, 0, 0, 0}),
                        options)) {
            assertThat(verdicts(object, 4)).containsExactly(PASS, PASS, DROP, DROP);
            now += PERIOD_NANOS;
            assertThat(verdicts(object, 4))
                    .as("the timer goes off behind the first")
                    .containsExactly(DROP, PASS, PASS, DROP);
            now += PERIOD_NANOS - 1;
            assertThat(verdicts(object, 2)).containsExactly(DROP, DROP);
        }
    }

    private static List<Integer> verdicts(Collection object, int runs) {
        List<Integer> verdicts = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            verdicts.add(object.program("xdp_rate_limit").testRun(new byte[64]).retval());
        }
        return verdicts;
    }
}
