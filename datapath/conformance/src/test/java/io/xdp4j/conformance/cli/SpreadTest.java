package io.xdp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.Ledgers;
import io.xdp4j.conformance.tool.ToolCommand;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// `config/examples/suricata-spread.yaml`: each consumer gets whole flows, out of their tunnels.
final class SpreadTest {
    private static final int CONSUMERS = 4;
    private static final int FLOWS = 48;
    private static final int FRAMES_OF_FLOW = 8;
    private static final int GRE = 47;

    @Test
    void bothDirectionsOfAFlowReachOneConsumer() throws IOException {
        ToolCommand.Output output =
                ToolCommand.of("run", "config/examples/suricata-spread.yaml", "--json").run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        Json summary = Json.parse(output.out().getLast());
        Ledgers.assertBalanced(summary);
        assertThat(summary.at("drops").names()).isEmpty();

        Map<Integer, Set<Integer>> consumersOfFlow = new HashMap<>();
        Map<Integer, Integer> frames = new HashMap<>();
        for (int consumer = 0; consumer < CONSUMERS; consumer++) {
            Path file =
                    Repository.root().resolve("config/examples/consumer" + consumer + ".out.pcap");
            for (byte[] frame : frames(file)) {
                int flow = flow(frame);
                consumersOfFlow.computeIfAbsent(flow, _ -> new TreeSet<>()).add(consumer);
                frames.merge(flow, 1, Integer::sum);
            }
            Files.delete(file);
        }
        assertThat(frames)
                .hasSize(FLOWS)
                .allSatisfy((_, n) -> assertThat(n).isEqualTo(FRAMES_OF_FLOW));
        assertThat(consumersOfFlow).allSatisfy((_, consumers) -> assertThat(consumers).hasSize(1));
        assertThat(consumersOfFlow.values().stream().flatMap(Set::stream).distinct())
                .as("consumers with flows")
                .hasSize(CONSUMERS);
    }

    /// The frames of a capture in microseconds, our writer's form.
    private static List<byte[]> frames(Path file) throws IOException {
        ByteBuffer capture =
                ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        capture.position(24);
        List<byte[]> frames = new ArrayList<>();
        while (capture.hasRemaining()) {
            int length = capture.getInt(capture.position() + 8);
            byte[] frame = new byte[length];
            capture.position(capture.position() + 16).get(frame);
            frames.add(frame);
        }
        return frames;
    }

    /// The flow's number, which is in the payload of each of its frames; its tunnel must be gone.
    private static int flow(byte[] frame) {
        int type = (frame[12] & 0xff) << 8 | (frame[13] & 0xff);
        int ip = type == 0x8100 ? 18 : 14;
        boolean isIpv4 = frame[ip] >> 4 == 4;
        int protocol = frame[ip + (isIpv4 ? 9 : 6)] & 0xff;
        assertThat(protocol).as(HexFormat.of().formatHex(frame)).isNotEqualTo(GRE);
        int payload = ip + (isIpv4 ? 20 : 40) + (protocol == 6 ? 20 : 8);
        String text =
                new String(
                        Arrays.copyOfRange(frame, payload, payload + 7), StandardCharsets.US_ASCII);
        assertThat(text).startsWith("flow ");
        return Integer.parseInt(text.substring(5));
    }
}
