package io.xdp4j.ebpf.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.isa.ConformanceCase;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ConformanceTest {
    private static final int ETH_HLEN = 14;

    static List<ConformanceCase> cases() {
        return ConformanceCase.all();
    }

    @Test
    void hasAllCases() {
        assertThat(cases()).hasSize(313);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void runsRaw(ConformanceCase test) {
        try (Arena arena = Arena.ofConfined()) {
            BpfMachine machine = new BpfMachine(new BpfRuntime(1), 0, arena);
            long memory = arena.allocate(Math.max(8, test.memory().length), 8).address();
            RawMemory.copyIn(test.memory(), 0, memory, test.memory().length);
            Interpreter program = Interpreter.load(Programs.linked(test.name(), test.insns()), 1);
            long r0 = machine.runOnMemory(program.main(), memory, test.memory().length);
            assertThat(r0).isEqualTo(test.expected());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void runsAsXdp(ConformanceCase test) {
        try (Arena arena = Arena.ofConfined()) {
            BpfMachine machine = new BpfMachine(new BpfRuntime(1), 0, arena);
            Interpreter program =
                    Interpreter.load(Programs.linked(test.name(), test.xdpInsns()), 1);
            try (TestRun run = new TestRun(machine, TestRun.Ingress.LOOPBACK)) {
                int length = Math.max(ETH_HLEN, test.memory().length);
                byte[] packet = Arrays.copyOf(test.memory(), length);
                long r0 = run.run(program.main(), packet, TestRun.Options.ONCE).r0();
                assertThat(r0).isEqualTo(test.expected());
            }
        }
    }
}
