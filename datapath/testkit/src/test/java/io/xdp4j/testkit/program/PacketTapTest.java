package io.xdp4j.testkit.program;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.PacketTap;
import io.xdp4j.core.device.TapPoint;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// Taps around a device's programs.
@DatapathTest
final class PacketTapTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int DROP_TOO = 1 << XDP_DROP | 1 << XDP_PASS;

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final XdpProgram first = xdp -> XDP_DROP;
    private final XdpProgram second = xdp -> XDP_PASS;

    /// Notes what it sees.
    private record Notes(String name, List<String> seen) implements PacketTap {
        @Override
        public void entry(XdpBuff xdp) {
            seen.add(name);
        }

        @Override
        public void exit(XdpBuff xdp, int action) {
            seen.add(name + action);
        }
    }

    private void tap(FakeNic nic) {
        nic.tap(
                List.of(
                        new TapPoint(null, new Notes("all", seen)),
                        new TapPoint(first, new Notes("first", seen)),
                        new TapPoint(second, new Notes("second", seen))));
    }

    private List<String> seenOfAFrame(FakeNic nic) {
        nic.inject(0, Frames.udp4(1, 60)).awaitProcessed(SOON);
        List<String> now = new ArrayList<>(seen);
        seen.clear();
        return now;
    }

    @Test
    void seeTheProgramsThatAreThere(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(first, 1, DROP_TOO);
        nic.attach(second, 2, DROP_TOO);
        tap(nic);
        assertThat(seenOfAFrame(nic))
                .containsExactly("all", "first", "first1", "second", "second2", "all2");
        nic.xdp().unload(first);
        assertThat(seenOfAFrame(nic)).containsExactly("all", "second", "second2", "all2");
        nic.detach();
        assertThat(seenOfAFrame(nic)).as("what passes").containsExactly("all", "all2");
        nic.attach(first);
        assertThat(seenOfAFrame(nic)).containsExactly("all", "first", "first1", "all1");
        nic.tap(List.of());
        assertThat(seenOfAFrame(nic)).isEmpty();
    }
}
