package io.xdp4j.ebpf.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.ProgramSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Builds the test objects with every clang that is installed and expects to read the same.
final class CompiledObjectsTest {
    @TempDir Path folder;

    private static List<Path> compilers() {
        List<String> names =
                IntStream.rangeClosed(10, 22).mapToObj(version -> "clang-" + version).toList();
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of(path.split(":"))
                .flatMap(part -> names.stream().map(name -> Path.of(part, name)))
                .filter(Files::isExecutable)
                .toList();
    }

    @Test
    void readsTheSameFromEveryClang() throws IOException, InterruptedException {
        List<Path> compilers = compilers();
        assumeFalse(compilers.isEmpty(), "needs clang-10 to clang-22 on the path");
        for (Path compiler : compilers) {
            for (String name : TestObjects.NAMES) {
                Path object = compile(compiler, name);
                CollectionSpec built =
                        ObjectReader.read(Files.readAllBytes(object), name + ".bpf.o");

                assertThat(shape(built))
                        .as(name + " built by " + compiler)
                        .isEqualTo(shape(TestObjects.read(name)));
            }
        }
    }

    private Path compile(Path compiler, String name) throws IOException, InterruptedException {
        Path source = source(name);
        Path object = folder.resolve(name + ".bpf.o");
        List<String> command = new ArrayList<>(List.of(compiler.toString(), "-O2"));
        if (!name.equals("legacy_maps")) {
            command.add("-g");
        }
        command.addAll(
                List.of("-target", "bpf", "-mcpu=v3", "-c", source.toString(), "-o", object + ""));
        Path log = folder.resolve("log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command + " ends").isTrue();
        assertThat(process.exitValue()).as(command + ": " + Files.readString(log)).isZero();
        return object;
    }

    /// A copy of the source, with its header beside it.
    private Path source(String name) throws IOException {
        copy("bpf_min.h");
        return copy(name + ".bpf.c");
    }

    private Path copy(String file) throws IOException {
        Path copy = folder.resolve(file);
        try (InputStream in = CompiledObjectsTest.class.getResourceAsStream("/objects/" + file)) {
            assertThat(in).as("resource objects/" + file).isNotNull();
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    /// What compilers must agree on; programs they generate differ.
    private static List<String> shape(CollectionSpec object) {
        List<String> shape = new ArrayList<>();
        for (MapDefinition map : object.maps()) {
            MapSpec spec = map.spec();
            if (!map.section().equals(".rodata") || !map.variables().isEmpty()) {
                shape.add(
                        String.join(
                                " ",
                                map.name(),
                                spec.type() + "",
                                spec.keySize() + "",
                                spec.valueSize() + "",
                                spec.maxEntries() + "",
                                spec.fields() + "",
                                map.pinning() + "",
                                map.slots() + "",
                                map.missing() + ""));
            }
        }
        for (ProgramSpec program : object.programs()) {
            boolean everywhere = !program.name().startsWith("type_matches");
            if (everywhere) {
                shape.add(program.name() + " " + program.section() + " " + program.runConfig());
            }
        }
        shape.sort(null);
        return shape;
    }
}
