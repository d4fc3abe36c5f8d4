package io.xdp4j.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every path of the repository that a document names exists.
///
/// A word in backticks is such a path when it begins with a directory of the root, or ends like a
/// file and has a slash; a link is one unless it is an address or an anchor.
final class DocumentedPathsTest {
    private static final Pattern CODE_BLOCK = Pattern.compile("(?s)^```.*?^```", Pattern.MULTILINE);
    private static final Pattern BACKTICKS = Pattern.compile("`([^`\\s]+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern FILE =
            Pattern.compile(".+/.+\\.(md|java|yaml|json|xml|pcap|sh|h|c)");
    private static final Pattern SHELL_FILE =
            Pattern.compile(
                    "(?<=[\\s\"'])(?:\\./)?((?:config|datapath|samples|veth|af-xdp)/[\\w./-]+)");
    private static final Set<String> ROOTS =
            Set.of("datapath", "veth", "af-xdp", "samples", "config", ".github", ".ci");

    /// Named as what is still to come. One that exists must leave this list.
    private static final Set<String> ANNOUNCED = Set.of();

    /// Paths of the kernel's tree and of other projects.
    private static final Pattern FOREIGN =
            Pattern.compile("(net|kernel|drivers|include|tools|Documentation|samples/bpf)/.*");

    static Stream<Path> documents() {
        return Stream.of(
                        Repository.files("README.md"),
                        Repository.files("datapath/docs/**.md"),
                        Repository.files(".github/**.md"))
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyNamedPathExists(Path document) {
        String text = Repository.read(document);
        String prose = CODE_BLOCK.matcher(text).replaceAll("");
        List<String> missing = new ArrayList<>();
        first(BACKTICKS, prose)
                .filter(DocumentedPathsTest::isRepositoryPath)
                .filter(path -> !exists(Repository.root(), path))
                .forEach(missing::add);
        first(SHELL_FILE, text)
                .filter(path -> !exists(Repository.root(), path))
                .forEach(missing::add);
        Path directory = Repository.root().resolve(document).getParent();
        first(LINK, prose)
                .filter(link -> !link.contains("://") && !link.startsWith("#"))
                .map(link -> link.replaceFirst("#.*", ""))
                .filter(link -> !exists(directory, link))
                .forEach(missing::add);
        assertThat(missing).as(document.toString()).isEmpty();
    }

    @Test
    void announcedPathsAreStillToCome() {
        assertThat(ANNOUNCED).noneMatch(path -> Files.exists(Repository.root().resolve(path)));
    }

    private static Stream<String> first(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult match) -> match.group(1));
    }

    private static boolean isRepositoryPath(String text) {
        if (FOREIGN.matcher(text).matches() || text.contains("*") || text.startsWith("/")) {
            return false;
        }
        int slash = text.indexOf('/');
        return slash > 0
                && (ROOTS.contains(text.substring(0, slash)) || FILE.matcher(text).matches());
    }

    private static boolean exists(@Nullable Path from, String path) {
        String plain = path.replaceFirst("[#:].*", "").replaceFirst("/$", "");
        return from != null
                && (ANNOUNCED.contains(plain) || Files.exists(from.resolve(plain).normalize()));
    }
}
