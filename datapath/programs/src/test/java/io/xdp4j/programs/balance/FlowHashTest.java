package io.xdp4j.programs.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlowHashTest {
    /// Sums, protocols and hashes of the kernel samples' `SuperFastHash`, from the specification.
    @ParameterizedTest
    @CsvSource({
        "50374858, 6, 511307427",
        "50374858, 17, 1278847335",
        "50374858, 1, 3054984484",
        "50374858, 0, 217764702",
        "1931084352, 6, 1005169472",
        "1931084352, 17, 3588265633",
        "1931084352, 0, 628361871",
    })
    void hashesAsTheKernelSampleDoes(long addressSum, int protocol, long expectedU32) {
        assertThat(FlowHash.of((int) addressSum, protocol)).isEqualTo((int) expectedU32);
    }
}
