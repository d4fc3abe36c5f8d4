package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.ToolCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `xdp4j prog batch`: a public suite's vectors with both engines, and requests that go wrong.
final class ProgBatchTest {
    private static final Path VECTORS =
            Path.of("datapath/ebpf/src/test/resources/isa/conformance.jsonl");

    private static final int PACKET_DIGITS = 128;

    @TempDir private Path directory = Path.of("");

    private Map<String, Json> answers(List<String> requests, String... options) throws IOException {
        Path input = directory.resolve("requests.jsonl");
        Files.write(input, requests);
        List<String> words = new ArrayList<>(List.of("prog", "batch"));
        words.addAll(List.of(options));
        ToolCommand.Output output = ToolCommand.of(words.toArray(String[]::new)).from(input).run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        assertThat(output.out()).hasSameSizeAs(requests);
        Map<String, Json> byId = new LinkedHashMap<>();
        for (String line : output.out()) {
            Json answer = Json.parse(line);
            byId.put(answer.at("id").toString(), answer);
        }
        return byId;
    }

    private static List<Json> vectors() {
        return Repository.read(VECTORS).lines().map(Json::parse).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"interp", "jit"})
    void vectorsGiveTheExpectedResultOnMemory(String engine) throws IOException {
        List<String> requests = new ArrayList<>();
        for (Json vector : vectors()) {
            requests.add(
                    "{\"id\":\"%s\",\"op\":\"insns\",\"type\":\"raw\",\"insns\":\"%s\",\"data\":[\"%s\"]}"
                            .formatted(
                                    vector.at("name").text(),
                                    vector.at("insns").text(),
                                    vector.at("mem").text()));
        }
        Map<String, Json> answers = answers(requests, "--engine", engine);
        for (Json vector : vectors()) {
            Json answer = answer(answers, vector.at("name").text());
            assertThat(answer.at("verdict").text()).as(answer.toString()).isEqualTo("accept");
            assertThat(answer.at("runs").list().getFirst().at("r0").text())
                    .as(answer.toString())
                    .isEqualTo(vector.at("expect_r0").text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"interp", "jit"})
    void vectorsAnswerAsTheKernelDidOnPackets(String engine) throws IOException {
        List<String> requests = new ArrayList<>();
        for (Json vector : vectors()) {
            String memory = vector.at("mem").text();
            String packet = memory + "0".repeat(Math.max(0, PACKET_DIGITS - memory.length()));
            requests.add(
                    "{\"id\":\"%s\",\"op\":\"insns\",\"type\":\"xdp\",\"insns\":\"%s\",\"data\":[\"%s\"],\"want_r0\":true}"
                            .formatted(
                                    vector.at("name").text(),
                                    vector.at("xdp_insns").text(),
                                    packet));
        }
        Map<String, Json> answers = answers(requests, "--engine", engine);
        for (Json vector : vectors()) {
            Json answer = answer(answers, vector.at("name").text());
            Json kernel = vector.at("kernel");
            assertThat(answer.at("verdict").text())
                    .as(answer.toString())
                    .isEqualTo(kernel.at("verdict").text());
            if (kernel.at("verdict").text().equals("accept")) {
                assertThat(answer.at("runs").list().getFirst().at("r0").text())
                        .as(answer.toString())
                        .isEqualTo(kernel.at("r0").text());
            }
        }
    }

    @Test
    void aRequestThatGoesWrongIsAnsweredAndDoesNoHarm() throws IOException {
        String endless = "0500ffff00000000";
        Map<String, Json> answers =
                answers(
                        List.of(
                                "{\"id\":\"endless\",\"op\":\"insns\",\"type\":\"raw\",\"insns\":\"%s9500000000000000\"}"
                                        .formatted(endless),
                                "{\"id\":\"wild\",\"op\":\"insns\",\"type\":\"raw\",\"insns\":\"79000000000000009500000000000000\"}",
                                "{\"id\":\"cut\",\"op\":\"insns\",\"insns\":\"b7\"}",
                                "{\"id\":\"what\",\"op\":\"sing\"}",
                                "{\"id\":\"lost\",\"op\":\"load\",\"file\":\"/no/such.o\"}",
                                "{\"id\":\"fine\",\"op\":\"insns\",\"insns\":\"b7000000020000009500000000000000\",\"data\":[\"%s\",\"00\"]}"
                                        .formatted("00".repeat(14))));
        assertThat(error(answers, "cut")).contains("1 bytes (expected: 8");
        assertThat(error(answers, "what")).contains("\"sing\" (expected: insns, load or run)");
        assertThat(error(answers, "lost")).startsWith("/no/such.o: does not exist");
        assertThat(run(answers, "endless").at("err").text()).isEqualTo("EFAULT");
        assertThat(run(answers, "wild").at("error").text()).contains("insn 0");
        assertThat(run(answers, "fine").at("retval").number()).isEqualTo(2);
        assertThat(answer(answers, "fine").at("runs").list().getLast().at("err").text())
                .isEqualTo("EINVAL");
    }

    private static Json answer(Map<String, Json> answers, String id) {
        Json answer = answers.get(id);
        if (answer == null) {
            throw new AssertionError("no answer to " + id);
        }
        return answer;
    }

    private static String error(Map<String, Json> answers, String id) {
        Json answer = answer(answers, id);
        assertThat(answer.at("verdict").text()).isEqualTo("error");
        return answer.at("error").text();
    }

    private static Json run(Map<String, Json> answers, String id) {
        return answer(answers, id).at("runs").list().getFirst();
    }
}
