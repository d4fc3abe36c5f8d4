package io.xdp4j.tools.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The common output, byte for byte; the cases are files.
final class ReportTextTest {
    static Stream<ReportCase> cases() throws IOException, URISyntaxException {
        URL first = ReportTextTest.class.getResource("cases/quiet.report");
        assertThat(first).isNotNull();
        try (Stream<Path> files = Files.list(Path.of(first.toURI()).resolveSibling("."))) {
            return files
                    .filter(file -> file.toString().endsWith(".report"))
                    .sorted()
                    .map(ReportCase::read)
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isWhatTheSamplesPrint(ReportCase report) {
        assertThat(report.text()).containsExactlyElementsOf(report.expected());
    }
}
