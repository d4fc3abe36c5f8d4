package io.xdp4j.config;

import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// Text to a tree of nodes that know their lines; the only place that runs the YAML parser.
final class YamlDocument {
    private static final int MAX_CHARACTERS = 1 << 20;

    private final SourceLocation top;
    private final LoadSettings settings;

    private YamlDocument(String fileName) {
        this.top = new SourceLocation(fileName, 0, "");
        this.settings =
                LoadSettings.builder()
                        .setLabel("configuration")
                        .setSchema(new CoreSchema())
                        .setCodePointLimit(MAX_CHARACTERS)
                        .setMaxAliasesForCollections(Integer.MAX_VALUE)
                        .setAllowNonScalarKeys(true)
                        .build();
    }

    /// The value at the top of the document.
    ///
    /// @param directory what relative paths in the document are relative to
    static ConfigNode parse(String source, String fileName, Path directory) {
        return new YamlDocument(fileName).root(source, directory);
    }

    private ConfigNode root(String source, Path directory) {
        if (source.length() > MAX_CHARACTERS) {
            throw top.unexpected(
                    source.length() + " characters", "at most " + MAX_CHARACTERS + " characters");
        }
        Node node =
                compose(source)
                        .orElseThrow(
                                () -> top.unexpected("empty", "a mapping with the key devices"));
        return ConfigNode.root(node, top, directory);
    }

    private Optional<Node> compose(String source) {
        try {
            Parser parser = new ParserImpl(settings, new StreamReader(settings, source));
            return new Composer(settings, new BoundedParser(parser, top.file())).getSingleNode();
        } catch (MarkedYamlEngineException e) {
            throw notYaml(mark(e), problem(e));
        } catch (ReaderException e) {
            SourceLocation at = new SourceLocation(top.file(), lineOf(source, e), "");
            String found = "character U+%04X".formatted(e.getCodePoint());
            throw at.unexpected("not valid YAML: " + found, "printable characters");
        } catch (YamlEngineException e) {
            throw notYaml(Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    private ConfigException notYaml(Optional<Mark> mark, String problem) {
        return new ConfigException(at(mark), "not valid YAML: " + Excerpt.escape(problem));
    }

    private SourceLocation at(Optional<Mark> mark) {
        return new SourceLocation(top.file(), mark.map(m -> m.getLine() + 1).orElse(0), "");
    }

    /// Where to look: at the problem, or at the start of what never ended.
    private static Optional<Mark> mark(MarkedYamlEngineException e) {
        return e.getProblem().contains("end of stream")
                ? e.getContextMark().or(e::getProblemMark)
                : e.getProblemMark().or(e::getContextMark);
    }

    private static String problem(MarkedYamlEngineException e) {
        String context = e.getContext();
        return context == null || context.isEmpty()
                ? e.getProblem()
                : context + ", " + e.getProblem();
    }

    private static int lineOf(String source, ReaderException e) {
        int end = Math.min(e.getPosition(), source.codePointCount(0, source.length()));
        return 1 + (int) source.codePoints().limit(end).filter(c -> c == '\n').count();
    }
}
