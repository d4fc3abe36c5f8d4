package io.xdp4j.conformance.tool;

import io.xdp4j.conformance.Repository;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A command line of `xdp4j`: the JVM of the tests, the launcher's flags, the modules' classes; it
/// runs in the root of the repository.
///
/// @param before what runs the JVM, such as `ip netns exec red`
/// @param input standard input
/// @param withTests whether classes of the tests are on the class path, as on `XDP4J_CLASSPATH`
public record ToolCommand(
        List<String> before, List<String> arguments, boolean withTests, Path input) {
    private static final Path NO_INPUT = Path.of("/dev/null");

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Path TEST_CLASSES = testClasses();

    private static final List<String> FLAGS = launcherFlags();

    public static ToolCommand of(String... arguments) {
        return new ToolCommand(List.of(), List.of(arguments), false, NO_INPUT);
    }

    /// The same, run by another command: `env`, `ip netns exec`.
    public ToolCommand by(String... runner) {
        List<String> all = new ArrayList<>(List.of(runner));
        all.addAll(before);
        return new ToolCommand(all, arguments, withTests, input);
    }

    /// The same with the tests' own programs on the class path.
    public ToolCommand withTestClasses() {
        return new ToolCommand(before, arguments, true, input);
    }

    /// The same with a file as standard input.
    public ToolCommand from(Path file) {
        return new ToolCommand(before, arguments, withTests, file);
    }

    List<String> words() {
        return Stream.of(
                        before.stream(),
                        Stream.of(Path.of(System.getProperty("java.home"), "bin/java").toString()),
                        FLAGS.stream(),
                        Stream.of("-ea", "-Dio.netty.leakDetection.level=paranoid"),
                        Stream.of("-cp", classPath(), "io.xdp4j.tools.Xdp4j"),
                        arguments.stream())
                .flatMap(s -> s)
                .toList();
    }

    /// What the tests run with, mostly without the tests themselves.
    private String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> withTests || !Path.of(entry).equals(TEST_CLASSES))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /// What the launcher's script has between `flags=(` and `)`, without its comments.
    private static List<String> launcherFlags() {
        String script = Repository.read(Path.of("xdp4j"));
        int from = script.indexOf("flags=(");
        String list = script.substring(from + "flags=(".length(), script.indexOf("\n)", from));
        List<String> flags =
                list.lines()
                        .map(line -> line.replaceFirst("#.*", "").strip())
                        .flatMap(line -> Stream.of(line.split("\\s+", -1)))
                        .filter(flag -> !flag.isEmpty())
                        .toList();
        if (!flags.contains("--enable-native-access=ALL-UNNAMED")) {
            throw new IllegalStateException("the launcher's flags: " + flags);
        }
        return flags;
    }

    private static Path testClasses() {
        try {
            return Path.of(
                    ToolCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Starts it and returns at once.
    public RunningTool start() {
        return RunningTool.start(this);
    }

    /// Runs it to its end.
    ///
    /// Fails: `AssertionError` when it has not ended after a minute.
    public Output run() {
        try {
            Path out = Files.createTempFile("xdp4j-out", null);
            Path err = Files.createTempFile("xdp4j-err", null);
            try {
                return run(out, err);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted: " + this, e);
        }
    }

    private Output run(Path out, Path err) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(words())
                        .directory(Repository.root().toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(input.toFile()))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        Output output = new Output(ended ? process.exitValue() : -1, read(out), read(err));
        if (!ended) {
            throw new AssertionError(this + ": still running after " + LIMIT + ": " + output);
        }
        return output;
    }

    private static List<String> read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    }

    @Override
    public String toString() {
        return "xdp4j " + String.join(" ", arguments);
    }

    /// What it answered.
    public record Output(int exitCode, List<String> out, List<String> err) {
        /// Standard error without the log lines that only inform.
        public List<String> complaints() {
            return err.stream().filter(line -> !line.startsWith("INFO ")).toList();
        }
    }
}
