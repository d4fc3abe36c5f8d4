package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.Repository;
import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.verifier.Privilege;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelBpf.MapAttributes;
import io.xdp4j.testkit.ebpf.GeneratedProgram;
import io.xdp4j.testkit.ebpf.ProgramGenerator;
import io.xdp4j.testkit.ebpf.ProgramMutator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The verifier decides as the live kernel: on real objects, on generated programs, and on mutations
/// of both.
///
/// A bounded slice by default. `-Pkernel-verifier` judges more, with `-Dxdp4j.objects=DIR` every
/// program of the objects in a folder too, whatever its section says. A mutation that the two sides
/// judged differently once is kept in `prog/mutations.txt`.
final class VerifierAgreementTest {
    private static final Logger LOG = LoggerFactory.getLogger(VerifierAgreementTest.class);
    private static final Path KEPT =
            Path.of("datapath/conformance/src/test/resources/prog/mutations.txt");

    /// What 6.18 accepts and rejects must be accepted and rejected here, but for so much.
    private static final double SHARE = 0.98;

    private static final int MUTATIONS = Integer.getInteger("xdp4j.mutations", 400);
    private static final int GENERATED = Integer.getInteger("xdp4j.generated", 150);
    private static final long SEED = Long.getLong("xdp4j.seed", 1);

    @BeforeEach
    void needsBpf() {
        int fd = KernelBpf.createMap(MapAttributes.of("probe", MapType.HASH.number(), 4, 4, 1, 0));
        assumeTrue(fd > 0, "bpf(2) needs CAP_BPF: run as root");
        Fd.close(fd);
        assumeTrue(
                Repository.isKernel(6, 18), "the verifier follows Linux 6.18: another kernel here");
    }

    /// A program with its maps on both sides.
    private record Subject(String file, LinkedProgram program, KernelMirror kernel) {
        String name() {
            return file + " " + program.name();
        }
    }

    @FunctionalInterface
    private interface Use {
        void of(Subject subject);
    }

    /// Shows each program that both sides can make maps for.
    private static void forEachProgram(List<Path> objects, boolean all, Use use) {
        for (Path path : objects) {
            try {
                CollectionSpec object = Collection.read(path);
                LoadOptions options =
                        LoadOptions.DEFAULT
                                .withUnrunnable(true)
                                .withType(all ? ProgramType.XDP : null)
                                .withWanted(_ -> false);
                try (Collection ours = Collection.load(object, options);
                        KernelMirror kernel = KernelMirror.of(ours)) {
                    for (ProgramSpec program : object.programs()) {
                        if (all || program.isXdp()) {
                            show(path, ours, object, program, kernel, use);
                        }
                    }
                }
            } catch (EbpfException | KernelMirror.Refused e) {
                LOG.info("{}: left out: {}", path, e.getMessage());
            }
        }
    }

    private static void show(
            Path path,
            Collection ours,
            CollectionSpec object,
            ProgramSpec program,
            KernelMirror kernel,
            Use use) {
        LinkedProgram linked;
        try {
            linked = ours.link(object, program);
        } catch (EbpfException e) {
            LOG.info("{}: {}: left out: {}", path, program.name(), e.getMessage());
            return;
        }
        use.of(new Subject(String.valueOf(path.getFileName()), linked, kernel));
    }

    @Test
    void judgesRealProgramsAsTheKernel() {
        Verdicts verdicts = new Verdicts(Privilege.FULL);
        Use compare =
                subject -> verdicts.compare(subject.name(), subject.program(), subject.kernel());
        forEachProgram(KernelObjects.repositoryAndPackages(), false, compare);
        forEachProgram(KernelObjects.named(), true, compare);
        report("real programs", verdicts);
        assertThat(verdicts.total()).isPositive();
        check(verdicts, KernelObjects.named().isEmpty() ? 0 : 1 - SHARE);
    }

    @Test
    void judgesMutationsAsTheKernel() {
        List<Path> objects = KernelObjects.repositoryAndPackages();
        objects.addAll(KernelObjects.named());
        boolean all = !KernelObjects.named().isEmpty();
        int[] programs = {0};
        forEachProgram(objects, all, _ -> programs[0]++);
        int each = Math.max(1, MUTATIONS / Math.max(1, programs[0]));
        Verdicts verdicts = new Verdicts(Privilege.FULL);
        forEachProgram(
                objects,
                all,
                subject -> {
                    for (int i = 0; i < each; i++) {
                        mutate(verdicts, subject, SEED + i);
                    }
                });
        report("mutations", verdicts);
        check(verdicts, 0);
    }

    @Test
    void judgesGeneratedProgramsAsTheKernel() {
        Verdicts verdicts = new Verdicts(Privilege.FULL);
        for (long seed = SEED; seed < SEED + GENERATED; seed++) {
            GeneratedProgram generated = ProgramGenerator.generate(seed);
            compare(verdicts, "generated " + seed, generated);
            List<Insn> changed = ProgramMutator.mutate(generated.insns(), seed);
            compare(verdicts, "generated and mutated " + seed, generated.withInsns(changed));
        }
        report("generated programs", verdicts);
        check(verdicts, 0);
    }

    private static void compare(Verdicts verdicts, String what, GeneratedProgram generated) {
        try (Collection maps = Collection.empty(LoadOptions.DEFAULT)) {
            Map<Integer, BpfMap> live = new HashMap<>();
            generated.maps().forEach((fd, spec) -> live.put(fd, maps.newMap(spec)));
            try (KernelMirror kernel = KernelMirror.of(live)) {
                verdicts.compare(what, generated.linked(live), kernel);
            }
        } catch (KernelMirror.Refused e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
    }

    @Test
    void judgesTheMutationsKeptAsTheKernel() {
        Verdicts verdicts = new Verdicts(Privilege.FULL);
        List<String> kept = new ArrayList<>(Repository.read(KEPT).lines().toList());
        kept.removeIf(line -> line.isBlank() || line.startsWith("#"));
        forEachProgram(
                KernelObjects.repositoryAndPackages(),
                false,
                subject -> {
                    for (String line : kept) {
                        int seed = line.lastIndexOf(' ');
                        if (line.substring(0, seed).equals(subject.name())) {
                            mutate(verdicts, subject, Long.parseLong(line.substring(seed + 1)));
                        }
                    }
                });
        assertThat(verdicts.rejectedHereAlone()).isEmpty();
        check(verdicts, 0);
    }

    private static void report(String what, Verdicts verdicts) {
        LOG.info("{}: {}", what, verdicts.report());
        verdicts.rejectedHereAlone().forEach(each -> LOG.info("rejected here alone: {}", each));
        verdicts.acceptedHereAlone().forEach(each -> LOG.info("accepted here alone: {}", each));
    }

    private static void mutate(Verdicts verdicts, Subject subject, long seed) {
        LinkedProgram changed =
                subject.program().withInsns(ProgramMutator.mutate(subject.program().insns(), seed));
        verdicts.compare(subject.name() + " " + seed, changed, subject.kernel());
    }

    private static void check(Verdicts verdicts, double mayAcceptAlone) {
        assertThat(1 - verdicts.rejectedShare())
                .as(() -> String.join("\n", verdicts.acceptedHereAlone()))
                .isLessThanOrEqualTo(mayAcceptAlone);
        assertThat(verdicts.acceptedShare())
                .as(() -> String.join("\n", verdicts.rejectedHereAlone()))
                .isGreaterThanOrEqualTo(SHARE);
    }
}
