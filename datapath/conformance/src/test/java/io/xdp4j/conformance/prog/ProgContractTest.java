package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.ToolCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The fields of batch requests, setups and networks: each line of `contract.jsonl` is a request that
/// also says what must be in its answer, which the tool ignores as any unknown field.
final class ProgContractTest {
    private static final Path CASES =
            Path.of("datapath/conformance/src/test/resources/prog/contract.jsonl");

    @ParameterizedTest
    @ValueSource(strings = {"interp", "jit"})
    void eachRequestIsAnsweredAsTheContractSays(String engine) {
        List<Json> cases = Repository.read(CASES).lines().map(Json::parse).toList();
        ToolCommand.Output output =
                ToolCommand.of("prog", "batch", "--engine", engine)
                        .from(Repository.root().resolve(CASES))
                        .run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        Map<String, Json> answers =
                output.out().stream()
                        .map(Json::parse)
                        .collect(Collectors.toMap(answer -> answer.at("id").text(), a -> a));
        assertThat(answers).hasSameSizeAs(cases);
        for (Json request : cases) {
            Json answer = answers.get(request.at("id").text());
            assertThat(answer)
                    .as(request.toString())
                    .matches(came -> came != null && has(came, request.at("expect")));
        }
    }

    /// Whether all that is expected is in what came: fields of objects, the first elements of lists,
    /// lines of a log anywhere in it.
    private static boolean has(Json came, Json expected) {
        if (expected.isObject()) {
            return expected.names().stream()
                    .allMatch(name -> came.has(name) && has(came.at(name), expected.at(name)));
        }
        if (expected.isList()) {
            return hasAll(came.list(), expected.list());
        }
        return came.toString().equals(expected.toString());
    }

    private static boolean hasAll(List<Json> came, List<Json> expected) {
        for (int i = 0; i < expected.size(); i++) {
            Json wanted = expected.get(i);
            boolean found =
                    wanted.isText()
                            ? came.stream().anyMatch(each -> has(each, wanted))
                            : i < came.size() && has(came.get(i), wanted);
            if (!found) {
                return false;
            }
        }
        return true;
    }
}
