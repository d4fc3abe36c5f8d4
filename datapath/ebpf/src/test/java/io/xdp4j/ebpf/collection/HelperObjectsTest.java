package io.xdp4j.ebpf.collection;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.elf.ObjectReader;
import io.xdp4j.ebpf.testrun.TestRun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Compiled programs that call helpers, verified and run by each engine, against what the kernel
/// made of them.
class HelperObjectsTest {
    private static final int PACKET_BYTES = 128;

    private static byte[] resource(String name) throws IOException {
        try (InputStream in =
                requireNonNull(HelperObjectsTest.class.getResourceAsStream("/" + name), name)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"INTERP", "JIT"})
    void leaveWhatTheKernelLeaves(Engine engine) throws IOException {
        String recorded =
                new String(resource("helpers/helper_objects.txt"), StandardCharsets.UTF_8).strip();
        List<String> expected = recorded.lines().filter(line -> !line.startsWith("#")).toList();
        List<String> got = new ArrayList<>();
        try (Collection programs =
                Collection.load(
                        ObjectReader.read(resource("helpers/helpers.bpf.o"), "helpers.bpf.o"),
                        LoadOptions.DEFAULT.withEngine(engine))) {
            for (String line : expected) {
                got.add(run(programs, line.substring(0, line.indexOf(' '))));
            }
        }
        assertThat(got).isEqualTo(expected);
    }

    private static String run(Collection programs, String name) {
        TestRun.Result result =
                requireNonNull(programs.program(name), name).testRun(new byte[PACKET_BYTES]);
        StringBuilder line = new StringBuilder(name + " " + result.retval());
        ByteBuffer words = ByteBuffer.wrap(result.data()).order(ByteOrder.LITTLE_ENDIAN);
        while (words.hasRemaining()) {
            line.append(' ').append(words.getLong());
        }
        return line.toString();
    }
}
