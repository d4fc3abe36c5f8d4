package io.xdp4j.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The parity table's third column names classes, or `Class#method`, that exist.
final class ParityTableTest {
    private static final Path TABLE = Path.of("datapath/docs/PARITY.md");
    private static final int HERE = 3;
    private static final Pattern SYMBOL = Pattern.compile("`([A-Z]\\w+)(?:#(\\w+))?`");

    @Test
    void namedClassesAndMethodsExist() {
        List<String> missing = new ArrayList<>();
        List<MatchResult> symbols =
                Repository.read(TABLE)
                        .lines()
                        .filter(line -> line.startsWith("| "))
                        .flatMap(row -> SYMBOL.matcher(row.split("\\|", -1)[HERE]).results())
                        .toList();
        for (MatchResult symbol : symbols) {
            List<Path> files = Repository.files("**/src/main/java/**/" + symbol.group(1) + ".java");
            String method = symbol.group(2);
            boolean found =
                    files.stream()
                            .anyMatch(file ->
                                    method == null
                                            || Repository.read(file).contains(" " + method + "("));
            if (!found) {
                missing.add(symbol.group());
            }
        }
        assertThat(symbols).hasSizeGreaterThan(10);
        assertThat(missing).isEmpty();
    }
}
