package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.Repository;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelBpf.MapAttributes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Real objects answer as in the live kernel: verdict, bytes and maps, for a corpus of packets.
///
/// Objects are the repository's, those that Debian's xdp-tools and libxdp1 install, and those in
/// the directories of `-Dxdp4j.objects=DIR:DIR`.
final class KernelAgreementTest {
    private static final String PACKETS =
            "datapath/conformance/src/test/resources/prog/packets.jsonl";
    private static final Path INSTALLED = Path.of("/usr/lib/x86_64-linux-gnu/bpf");

    /// Helpers whose answers differ from run to run: clocks, random numbers, the FIB of the host.
    private static final Set<Integer> UNSTEADY = Set.of(5, 7, 69, 118, 125, 160, 208);

    private static final int FILLED_ENTRIES = 8;

    private static List<Path> objects() {
        List<Path> all = new ArrayList<>();
        Repository.files("samples/bpf/*.o")
                .forEach(file -> all.add(Repository.root().resolve(file)));
        all.addAll(in(INSTALLED));
        for (String directory : System.getProperty("xdp4j.objects", "").split(":", -1)) {
            if (!directory.isEmpty()) {
                all.addAll(in(Path.of(directory)));
            }
        }
        return all;
    }

    private static List<Path> in(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".o")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void needsBpf() {
        int fd = KernelBpf.createMap(MapAttributes.of("probe", MapType.HASH.number(), 4, 4, 1, 0));
        assumeTrue(fd > 0, "bpf(2) needs CAP_BPF: run as root");
        Fd.close(fd);
    }

    static Stream<Path> repositoryAndPackages() {
        return objects().stream();
    }

    @ParameterizedTest
    @MethodSource("repositoryAndPackages")
    void answersAsTheKernel(Path file) {
        CollectionSpec object = Collection.read(file);
        List<String> differences = new ArrayList<>();
        int compared = 0;
        for (Engine engine : List.of(Engine.INTERP, Engine.JIT)) {
            for (boolean filled : new boolean[] {false, true}) {
                compared += compare(object, engine, filled, differences);
            }
        }
        assertThat(differences).as(file + ": " + compared + " runs").isEmpty();
        assumeTrue(compared > 0, file + ": has no XDP program that a test run takes");
    }
}
