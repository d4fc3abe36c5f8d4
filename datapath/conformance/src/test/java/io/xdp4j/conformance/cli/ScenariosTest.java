package io.xdp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.Ledgers;
import io.xdp4j.conformance.tool.ToolCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs what needs no privilege, the examples and the demo among it, and accounts for every frame.
final class ScenariosTest {
    private static final String DIRECTORY = "datapath/conformance/src/test/resources/scenarios/";

    static Stream<Scenario> scenarios() {
        return Repository.files(DIRECTORY + "*.scenario").stream()
                .map(file -> Scenario.read(Repository.root().resolve(file)));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void countsWhatItShould(Scenario scenario) throws IOException {
        String[] arguments =
                Stream.concat(scenario.arguments().stream(), Stream.of("--json"))
                        .toArray(String[]::new);
        for (Path file : scenario.written()) {
            Files.deleteIfExists(file);
        }
        ToolCommand.Output output = ToolCommand.of(arguments).run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        assertThat(output.complaints())
                .map(String::strip)
                .containsExactlyElementsOf(scenario.warnings());
        Json summary = summary(output.out());
        Ledgers.assertBalanced(summary);
        assertThat(summary.at("drops").names())
                .as("drops: " + summary.at("drops"))
                .isSubsetOf(scenario.explained());
        assertThat(scenario.expectations())
                .as(summary.toString())
                .allMatch(expectation -> expectation.holds(summary));
        for (Path file : scenario.written()) {
            assertThat(file).isNotEmptyFile();
            Files.delete(file);
        }
    }

    /// The last line; all others are statistics.
    private static Json summary(List<String> lines) {
        List<Json> events = lines.stream().map(Json::parse).toList();
        assertThat(events).isNotEmpty();
        assertThat(events.subList(0, events.size() - 1))
                .allMatch(event -> event.at("event").text().equals("stats"));
        assertThat(events.getLast().at("event").text()).isEqualTo("summary");
        return events.getLast();
    }

    @Test
    void everyExampleWithoutInterfacesHasAScenario() {
        Set<String> run =
                scenarios()
                        .flatMap(scenario -> scenario.arguments().stream())
                        .collect(Collectors.toSet());
        List<String> examples =
                Repository.files("config/examples/*.yaml").stream()
                        .filter(file -> !Repository.read(file).contains("af_packet"))
                        .map(Path::toString)
                        .toList();
        assertThat(examples).isNotEmpty();
        assertThat(run).containsAll(examples);
    }
}
