package io.xdp4j.tools.prog;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.control.json.Json;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A request is answered whatever it does.
final class BatchLoopTest {
    private final CountDownLatch never = new CountDownLatch(1);

    private Map<String, @Nullable Object> answer(Json request) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        switch (request.at("do").text("")) {
            case "throw" -> throw new IllegalStateException("first line\nsecond line");
            case "recurse" -> answer.put("depth", depth(1));
            case "exhaust" -> throw new OutOfMemoryError("too much");
            case "hang" -> await();
            default -> answer.put("verdict", "accept");
        }
        return answer;
    }

    private static long depth(long at) {
        return at > 1L << 40 ? at : depth(at + 1) + 1;
    }

    private void await() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<Object, Json> answers(String requests) throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        new BatchLoop(this::answer, out, 2, Duration.ofSeconds(5))
                .run(new BufferedReader(new StringReader(requests)));
        Map<Object, Json> byId = new LinkedHashMap<>();
        for (String line : bytes.toString(StandardCharsets.UTF_8).lines().toList()) {
            Json answer = Json.parse(line, "answer");
            byId.put(String.valueOf(answer.at("id").raw()), answer);
        }
        return byId;
    }

    private static String error(@Nullable Json answer) {
        if (answer == null) {
            throw new AssertionError("no answer");
        }
        assertThat(answer.at("verdict").text()).isEqualTo("error");
        return answer.at("error").text();
    }

    @Test
    void answersEachRequestUnderItsId() throws IOException, InterruptedException {
        Map<Object, Json> answers =
                answers("{\"id\":1}\n\n{\"id\":\"two\",\"unknown\":[1]}\n{\"id\":[3]}");
        assertThat(answers).containsOnlyKeys("1", "two", "[3]");
        assertThat(answers.values())
                .allMatch(answer -> answer.at("verdict").text().equals("accept"));
    }

    @Test
    void saysWhatWentWrongAndGoesOn() throws IOException, InterruptedException {
        Map<Object, Json> answers =
                answers(
                        """
                        {"id":"a","do":"throw"}
                        no json
                        {"id":"c","do":"recurse"}
                        {"id":"d","do":"exhaust"}
                        {"id":"e"}
                        """);
        assertThat(error(answers.get("a"))).isEqualTo("IllegalStateException: first line");
        assertThat(error(answers.get("null"))).contains("no valid JSON");
        assertThat(error(answers.get("c"))).startsWith("StackOverflowError");
        assertThat(error(answers.get("d"))).isEqualTo("out of memory: too much");
        assertThat(answers).containsKey("e");
    }

    @Test
    void givesUpRequestsThatHang() throws IOException, InterruptedException {
        Map<Object, Json> answers =
                answers("{\"id\":1,\"do\":\"hang\"}\n{\"id\":2}\n{\"id\":3,\"do\":\"hang\"}");
        assertThat(error(answers.get("1"))).startsWith("still running after 5000 ms");
        assertThat(error(answers.get("3"))).startsWith("still running");
        assertThat(answers).containsKey("2");
    }
}
