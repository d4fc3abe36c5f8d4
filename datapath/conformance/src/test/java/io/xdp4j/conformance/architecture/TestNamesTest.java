package io.xdp4j.conformance.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Surefire runs `Test*`, `*Test`, `*Tests` and `*TestCase`, and skips other names in silence.
///
/// `*IT` is no name here either: the build has no Failsafe, and tests that need namespaces run with
/// the others.
final class TestNamesTest {
    private static final Pattern HAS_TESTS =
            Pattern.compile(
                    "^\\s*@(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property"
                            + "|Example)\\b",
                    Pattern.MULTILINE);
    private static final Pattern ABSTRACT =
            Pattern.compile("^(public )?(abstract |sealed )+class", Pattern.MULTILINE);
    private static final Pattern TAKEN = Pattern.compile("Test.*|.*(Test|Tests|TestCase)");

    @Test
    void surefireTakesEveryClassWithTests() {
        List<Path> tests =
                Repository.files("**/src/test/java/**.java").stream()
                        .filter(file -> HAS_TESTS.matcher(Repository.read(file)).find())
                        .filter(file -> !ABSTRACT.matcher(Repository.read(file)).find())
                        .toList();
        assertThat(tests).hasSizeGreaterThan(10);
        assertThat(tests).filteredOn(file -> !TAKEN.matcher(simpleName(file)).matches()).isEmpty();
    }

    private static String simpleName(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }
}
