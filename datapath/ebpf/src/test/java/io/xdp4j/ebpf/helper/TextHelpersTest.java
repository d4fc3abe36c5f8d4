package io.xdp4j.ebpf.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextHelpersTest {
    @Test
    void readsNumbersAsTheKernelDoes() throws IOException {
        try (HelperCalls calls = new HelperCalls()) {
            long result = calls.zeros(8);
            for (String[] c : HelperCalls.recorded("strtol.txt")) {
                byte[] text = HelperCalls.hex(c[1]);
                long r0 =
                        calls.call(
                                c[0],
                                calls.memory(text),
                                text.length,
                                Long.parseLong(c[2]),
                                result);
                assertThat(r0 + " " + Long.toHexString(RawMemory.getLong(result)))
                        .as(String.join(" ", c))
                        .isEqualTo(c[3] + " " + c[4]);
            }
        }
    }

    @Test
    void comparesAsTheKernelDoes() throws IOException {
        try (HelperCalls calls = new HelperCalls()) {
            for (String[] c : HelperCalls.recorded("strncmp.txt")) {
                long one = calls.memory(HelperCalls.hex(c[0]));
                long other = calls.memory(java.util.Arrays.copyOf(HelperCalls.hex(c[2]), 16));
                assertThat(calls.call("strncmp", one, Long.parseLong(c[1]), other))
                        .as(String.join(" ", c))
                        .isEqualTo(Long.parseLong(c[3]));
            }
        }
    }

    @Test
    void formatsAsTheKernelDoes() throws IOException {
        try (HelperCalls calls = new HelperCalls()) {
            for (String[] c : HelperCalls.recorded("snprintf.txt")) {
                byte[] format =
                        java.util.Arrays.copyOf(HelperCalls.hex(c[0]), c[0].length() / 2 + 1);
                String[] args = c[2].equals("-") ? new String[0] : c[2].split(",", -1);
                long values = calls.zeros(8 * 12);
                for (int i = 0; i < args.length; i++) {
                    RawMemory.putLong(values + 8L * i, value(calls, args[i]));
                }
                long buffer = calls.zeros(64);
                long size = Long.parseLong(c[1]);
                long r0 =
                        calls.call(
                                "snprintf",
                                buffer,
                                size,
                                calls.memory(format),
                                values,
                                8L * args.length);
                assertThat(r0 + " " + HexFormat.of().formatHex(calls.read(buffer, 64)))
                        .as(new String(format, java.nio.charset.StandardCharsets.ISO_8859_1))
                        .isEqualTo(c[3] + " " + c[4]);
            }
        }
    }

    private static long value(HelperCalls calls, String arg) {
        if (!arg.startsWith("@")) {
            return Long.parseUnsignedLong(arg, 16);
        }
        byte[] bytes = HelperCalls.hex(arg.substring(1));
        long address = calls.memory(java.util.Arrays.copyOf(bytes, bytes.length + 1));
        calls.machine.grant(address, bytes.length + 1);
        return address;
    }

    @Test
    void tracesLines() {
        List<String> lines = new ArrayList<>();
        BpfRuntime runtime = new BpfRuntime(1, BpfClock.fixed(0), 1, lines::add);
        try (HelperCalls calls = new HelperCalls(runtime)) {
            assertThat(calls.call("trace_printk", calls.memory("port %d of %d"), 14, 7, 9))
                    .isEqualTo(11);
            assertThat(calls.call("trace_printk", calls.memory("port"), 4)).isEqualTo(-22);
            long args = calls.memory(new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
            assertThat(calls.call("trace_vprintk", calls.memory("one %lu"), 8, args, 8))
                    .isEqualTo(5);
            assertThat(calls.call("trace_vprintk", calls.memory("one %lu"), 8, args, 7))
                    .isEqualTo(-22);
        }
        assertThat(lines).containsExactly("port 7 of 9", "one 1");
    }
}
