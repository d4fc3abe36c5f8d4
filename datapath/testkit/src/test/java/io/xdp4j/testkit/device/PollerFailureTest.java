package io.xdp4j.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@DatapathTest(workers = 1)
final class PollerFailureTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void aPollerThatThrowsIsPolledAgainAndOthersGoOn(Datapath datapath) throws Exception {
        Worker worker = datapath.workers().get(0);
        CountDownLatch polls = new CountDownLatch(3);
        NapiPoller broken =
                new NapiPoller() {
                    @Override
                    public int poll(int budget) {
                        polls.countDown();
                        throw new IllegalStateException("thrown by the test's poller");
                    }

                    @Override
                    public boolean hasWork() {
                        return polls.getCount() > 0;
                    }
                };
        NapiContext napi = worker.register(broken, "broken");
        napi.schedule();
        assertThat(polls.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        HostCapture host = HostCapture.on(nic);
        nic.inject(0, Frames.udp4(1, 60));
        assertThat(host.await(1, SOON)).hasSize(1);
    }
}
