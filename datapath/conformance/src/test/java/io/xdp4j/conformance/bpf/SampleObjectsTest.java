package io.xdp4j.conformance.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.xdp4j.conformance.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The committed objects are what their sources say.
final class SampleObjectsTest {
    /// The compiler that built them; another one may well make other code.
    private static final String CLANG = "clang version 14.";

    private static final List<String> FOLDERS =
            List.of(
                    "samples/bpf",
                    "datapath/benchmarks/bpf",
                    "datapath/conformance/src/test/resources/rejected");

    static Stream<Path> sources() {
        return FOLDERS.stream().flatMap(each -> Repository.files(each + "/*.bpf.c").stream());
    }

    @ParameterizedTest
    @MethodSource("sources")
    void sourceBuildsTheCommittedObject(Path source, @TempDir Path directory)
            throws IOException, InterruptedException {
        assumeThat(clangVersion()).as("needs Debian's clang 14 and libbpf-dev").contains(CLANG);
        Path root = Repository.root();
        for (String folder : FOLDERS) {
            for (Path file : Repository.files(folder + "/{*.c,*.h,*.mk,Makefile}")) {
                copy(root, file, directory);
            }
        }
        String object = source.toString().replace(".bpf.c", ".bpf.o");
        Path place = directory.resolve(object).resolveSibling(".").normalize();
        Process make =
                new ProcessBuilder("make", "-s", String.valueOf(Path.of(object).getFileName()))
                        .directory(place.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(make.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(make.waitFor(1, TimeUnit.MINUTES)).as(output).isTrue();
        assertThat(make.exitValue()).as(output).isZero();
        assertThat(Files.readAllBytes(directory.resolve(object)))
                .as("%s: rebuild it with make in its directory", object)
                .isEqualTo(Files.readAllBytes(root.resolve(object)));
    }

    private static void copy(Path root, Path file, Path directory) throws IOException {
        Path target = directory.resolve(file);
        Files.createDirectories(target.getParent());
        Files.copy(root.resolve(file), target);
    }

    private static String clangVersion() throws IOException {
        try {
            Process clang = new ProcessBuilder("clang", "--version").start();
            return new String(clang.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException _) {
            return "no clang";
        }
    }
}
