package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.BitSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class SchedTest {
    /// Runs on a thread of its own, so that the pinning ends with it.
    private static void onThread(Runnable action) throws InterruptedException, ExecutionException {
        FutureTask<Void> task = new FutureTask<>(action, null);
        Thread.ofPlatform().start(task);
        task.get();
    }

    @Test
    void pinnedThreadRunsOnItsCpuOnly() throws Exception {
        BitSet before = Sched.affinity();
        onThread(() -> {
            int last = before.length() - 1;
            Sched.setAffinity(last);
            assertThat(Sched.currentCpu()).isEqualTo(last);
            assertThat(Sched.affinity().cardinality()).isEqualTo(1);
            assertThat(Sched.affinity().get(last)).isTrue();
        });
        assertThat(Sched.affinity()).isEqualTo(before);
    }

    @Test
    void refusesCpusThatDoNotExist() {
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> Sched.setAffinity(8000))
                .withMessageStartingWith("sched_setaffinity(cpus={8000}): EINVAL: ");
        assertThatIllegalArgumentException().isThrownBy(() -> Sched.setAffinity(new BitSet()));
        assertThatIllegalArgumentException().isThrownBy(() -> Sched.setAffinity(9000));
    }

    @Test
    void countsCpus() {
        assertThat(Sched.onlineCpus()).isBetween(1, Sched.configuredCpus());
        assertThat(Sched.affinity().cardinality()).isBetween(1, Sched.onlineCpus());
    }

    @Test
    void threadsHaveIdsOfTheirOwn() throws Exception {
        int mine = Sched.threadId();
        onThread(() -> assertThat(Sched.threadId()).isPositive().isNotEqualTo(mine));
    }
}
