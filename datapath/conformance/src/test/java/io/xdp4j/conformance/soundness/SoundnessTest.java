package io.xdp4j.conformance.soundness;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.testkit.ebpf.ProgramGenerator;
import io.xdp4j.testkit.ebpf.ProgramMutator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Programs that the verifier accepts, generated and mutated ones, never trip checked memory, and
/// run the same when compiled.
///
/// A build tries a few; `-Psoundness -Dminutes=N` goes on for that long, from `-Dseed=S`.
final class SoundnessTest {
    private static final int SLICE = 40;
    private static final int MUTATIONS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(SoundnessTest.class);

    @Test
    void acceptedProgramsNeverTrip() {
        SoundnessCampaign campaign = new SoundnessCampaign();
        List<Subject> real = realPrograms();
        long minutes = Long.getLong("xdp4j.soundness.minutes", 0);
        long seed = Long.getLong("xdp4j.soundness.seed", 1);
        long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        for (long i = seed; minutes > 0 ? System.nanoTime() < end : i < seed + SLICE; i++) {
            Subject generated = Subject.of(ProgramGenerator.generate(i));
            campaign.judge(generated, i, true);
            mutate(campaign, generated, i);
            mutate(campaign, real.get((int) (i % real.size())), i);
        }
        LOG.info("{}", campaign.figures());
        assertThat(campaign.figures().accepted).isPositive();
        assertThat(campaign.figures().findings)
                .as("programs that trip; make each a case of resources/soundness")
                .isEmpty();
    }

    private static void mutate(SoundnessCampaign campaign, Subject subject, long seed) {
        for (int m = 0; m < MUTATIONS; m++) {
            long own = seed * MUTATIONS + m;
            Subject mutated =
                    subject.withInsns(
                            ProgramMutator.mutate(subject.insns(), own), " mutation " + own);
            campaign.judge(mutated, own, false);
        }
    }

    /// The samples' XDP programs.
    private static List<Subject> realPrograms() {
        List<Subject> all = new ArrayList<>();
        for (Path file : Repository.files("samples/bpf/*.o")) {
            CollectionSpec object = Collection.read(Repository.root().resolve(file));
            try (Collection live =
                    Collection.load(object, LoadOptions.DEFAULT.withKeepGoing(true))) {
                for (ProgramSpec program : object.programs()) {
                    if (program.isXdp()) {
                        all.add(Subject.of(live.link(object, program)));
                    }
                }
            } catch (EbpfException e) {
                throw new AssertionError(file + ": " + e.getMessage(), e);
            }
        }
        return all;
    }
}
