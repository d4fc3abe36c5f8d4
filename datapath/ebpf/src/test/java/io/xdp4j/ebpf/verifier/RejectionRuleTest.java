package io.xdp4j.ebpf.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Each message with which a program can be rejected has a rule, hence an explanation.
final class RejectionRuleTest {
    private static final Path SOURCES = Path.of("src/main/java/io/xdp4j/ebpf/verifier");

    /// A call, and its format: literals joined by `+`.
    private static final Pattern REJECTS =
            Pattern.compile("reject\\(\\s*[\\w.]+,\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)+)");

    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static final int KNOWN = 180;

    @Test
    void everyRejectionHasARule() throws IOException {
        List<String> formats = formats();
        assertThat(formats).hasSizeGreaterThan(KNOWN);
        assertThat(formats.stream().filter(format -> RejectionRule.of(format) == null))
                .as("messages without a rule: give RejectionRule a word of them")
                .isEmpty();
    }

    @Test
    void everyRuleSaysWhatToDo() {
        assertThat(RejectionRule.values())
                .allSatisfy(rule -> {
                    assertThat(rule.text()).isNotBlank();
                    assertThat(rule.suggestion()).isNotBlank();
                });
    }

    private static List<String> formats() throws IOException {
        List<String> formats = new ArrayList<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.sorted().toList()) {
                Matcher rejects = REJECTS.matcher(Files.readString(file));
                while (rejects.find()) {
                    StringBuilder format = new StringBuilder();
                    LITERAL.matcher(rejects.group(1))
                            .results()
                            .forEach(literal -> format.append(literal.group(1)));
                    formats.add(format.toString());
                }
            }
        }
        return formats;
    }
}
