package io.xdp4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Loader and schema on files: the examples, `good` files, and `bad` files with one defect each.
///
/// A bad file begins with `# expect: ` and the exact message, then `# schema: ` and whether the
/// schema sees the defect too (`rejects`), cannot (`accepts`), or never gets a document (`unread`).
final class ConfigFilesTest {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final String EXPECT = "# expect: ";
    private static final String SCHEMA = "# schema: ";

    static List<Path> acceptedFiles() throws IOException {
        return Stream.concat(
                        yamlFiles(Path.of("examples")).stream(),
                        yamlFiles(RESOURCES.resolve("good")).stream())
                .toList();
    }

    static List<Path> badFiles() throws IOException {
        return yamlFiles(RESOURCES.resolve("bad"));
    }

    static List<Path> yamlFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("acceptedFiles")
    void loadsWhatTheSchemaAccepts(Path file) throws IOException {
        assertThat(DatapathConfig.load(file).devices()).isNotEmpty();
        assertThat(SchemaCheck.errors(Files.readString(file))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void refusesWithExactlyTheExpectedLine(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        assertThat(lines.get(0)).startsWith(EXPECT);
        String name = file.getFileName().toString();
        assertThatThrownBy(() -> DatapathConfig.parse(Files.readString(file), name))
                .isInstanceOf(ConfigException.class)
                .hasMessage(lines.get(0).substring(EXPECT.length()));
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void schemaSeesStructuralDefects(Path file) throws IOException {
        String judgement = Files.readAllLines(file).get(1);
        switch (judgement) {
            case SCHEMA + "rejects" ->
                    assertThat(SchemaCheck.errors(Files.readString(file))).isNotEmpty();
            case SCHEMA + "accepts" ->
                    assertThat(SchemaCheck.errors(Files.readString(file))).isEmpty();
            default -> assertThat(judgement).isEqualTo(SCHEMA + "unread");
        }
    }
}
