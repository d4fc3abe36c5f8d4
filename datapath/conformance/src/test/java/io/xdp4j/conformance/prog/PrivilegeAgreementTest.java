package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.Repository;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.verifier.Privilege;
import io.xdp4j.testkit.ebpf.GeneratedProgram;
import io.xdp4j.testkit.ebpf.ProgramGenerator;
import io.xdp4j.testkit.ebpf.ProgramMutator;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The verifier decides as the live kernel does for loaders that lack capabilities: the calling thread
/// gives them up for each load.
final class PrivilegeAgreementTest {
    private static final Logger LOG = LoggerFactory.getLogger(PrivilegeAgreementTest.class);
    private static final Path SWITCH = Path.of("/proc/sys/kernel/unprivileged_bpf_disabled");

    private static final int GENERATED = Integer.getInteger("xdp4j.generated", 40);
    private static final long SEED = Long.getLong("xdp4j.seed", 1);
    private static final double SHARE = 0.98;

    /// No statement about the program: the kernel gave up following it.
    private static final String TOO_COMPLEX = "BPF program is too large";

    @BeforeEach
    void needsBpf() {
        KernelMirror.assumeBpf();
        assumeTrue(
                Repository.isKernel(6, 18), "the verifier follows Linux 6.18: another kernel here");
    }

    @Test
    void judgesProgramsOfLoadersWithoutPerfmonAsTheKernel() throws Exception {
        compare(Privilege.BPF, ProgramGenerator::generate);
    }

    @Test
    void judgesFiltersOfLoadersWithoutPerfmonAsTheKernel() throws Exception {
        compare(Privilege.BPF, ProgramGenerator::filter);
    }

    @Test
    void judgesFiltersOfOrdinaryUsersAsTheKernel() throws Exception {
        assumeTrue(
                Repository.read(SWITCH).strip().equals("0"),
                "kernel.unprivileged_bpf_disabled is not 0: ordinary users may not load programs");
        compare(Privilege.NONE, ProgramGenerator::filter);
    }

    private static void compare(Privilege privilege, LongFunction<GeneratedProgram> generator)
            throws Exception {
        Verdicts verdicts = new Verdicts(privilege);
        for (long seed = SEED; seed < SEED + GENERATED; seed++) {
            GeneratedProgram program = generator.apply(seed);
            List<Insn> changed = ProgramMutator.mutate(program.insns(), seed);
            compare(verdicts, "generated " + seed, program);
            compare(verdicts, "generated and mutated " + seed, program.withInsns(changed));
        }
        LOG.info("{}: {}", privilege, verdicts.report());
        verdicts.rejectedHereAlone().forEach(each -> LOG.info("rejected here alone: {}", each));
        verdicts.acceptedHereAlone().forEach(each -> LOG.info("accepted here alone: {}", each));
        assertThat(verdicts.acceptedHereAlone())
                .filteredOn(each -> !each.contains(TOO_COMPLEX))
                .isEmpty();
        assertThat(verdicts.acceptedShare())
                .as(() -> String.join("\n", verdicts.rejectedHereAlone()))
                .isGreaterThanOrEqualTo(SHARE);
    }

    private static void compare(Verdicts verdicts, String what, GeneratedProgram program)
            throws KernelMirror.Refused {
        try (Collection maps = Collection.empty(LoadOptions.DEFAULT)) {
            Map<Integer, BpfMap> live = new HashMap<>();
            program.maps().forEach((fd, spec) -> live.put(fd, maps.newMap(spec)));
            try (KernelMirror kernel = KernelMirror.of(live)) {
                verdicts.compare(what, program.linked(live), kernel);
            }
        }
    }
}
