package io.xdp4j.ebpf.jit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.isa.ConformanceCase;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.Executable;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class JitConformanceTest {
    private static final int ETH_HLEN = 14;

    static List<ConformanceCase> cases() {
        return ConformanceCase.all();
    }

    static List<ConformanceCase> verifiedCases() {
        return cases().stream().filter(ConformanceCase::kernelAccepts).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void runsRawCodeChecked(ConformanceCase test) {
        assertThat(runOnMemory(test, JitOptions.checked(1))).isEqualTo(test.expected());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void runsRawCodeCheckedWithAMethodForEachBlock(ConformanceCase test) {
        JitOptions options = JitOptions.checked(1).withMethodBytes(1);
        assertThat(runOnMemory(test, options)).isEqualTo(test.expected());
    }

    @ParameterizedTest
    @MethodSource("verifiedCases")
    void runsAsXdp(ConformanceCase test) {
        assertThat(runAsXdp(test, JitOptions.verified(1))).isEqualTo(test.expected());
    }

    @ParameterizedTest
    @MethodSource("verifiedCases")
    void runsAsXdpWithAMethodForEachBlock(ConformanceCase test) {
        JitOptions options = JitOptions.verified(1).withMethodBytes(1);
        assertThat(runAsXdp(test, options)).isEqualTo(test.expected());
    }

    private static long runOnMemory(ConformanceCase test, JitOptions options) {
        try (Programs programs = new Programs();
                Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(Math.max(8, test.memory().length), 8).address();
            RawMemory.copyIn(test.memory(), 0, memory, test.memory().length);
            Executable main =
                    programs.install(Programs.xdp(test.name(), test.insns(), Map.of()), options);
            return programs.machine.runOnMemory(main, memory, test.memory().length);
        }
    }

    private static long runAsXdp(ConformanceCase test, JitOptions options) {
        try (Programs programs = new Programs()) {
            Executable main =
                    programs.install(Programs.xdp(test.name(), test.xdpInsns(), Map.of()), options);
            int length = Math.max(ETH_HLEN, test.memory().length);
            return programs.run(main, Arrays.copyOf(test.memory(), length));
        }
    }
}
