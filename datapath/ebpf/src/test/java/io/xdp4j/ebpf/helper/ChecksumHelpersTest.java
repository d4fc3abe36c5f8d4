package io.xdp4j.ebpf.helper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ChecksumHelpersTest {
    @Test
    void agreesWithTheKernel() throws IOException {
        try (HelperCalls calls = new HelperCalls()) {
            for (String[] c : HelperCalls.recorded("csum_diff.txt")) {
                byte[] from = HelperCalls.hex(c[0]);
                byte[] to = HelperCalls.hex(c[1]);
                long r0 =
                        calls.call(
                                "csum_diff",
                                calls.memory(from),
                                from.length,
                                calls.memory(to),
                                to.length,
                                Long.parseUnsignedLong(c[2], 16));
                assertThat(Long.toHexString(r0)).as(String.join(" ", c)).isEqualTo(c[3]);
            }
        }
    }
}
