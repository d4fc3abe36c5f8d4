package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.testkit.Frames;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Addresses appear behind other ports than before.
final class MovingHostsTest {
    private static final int EXPERIMENTAL = 0x88b5;

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(3, "ping", "ethtool");
        lab.launchQuickSwitch().awaitUp();
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void trafficFollowsAHostToItsNewPort() {
        lab.assertPings(1, Lab.address(2));
        // Host 3 takes over address and MAC of host 2, which gets others.
        lab.host(2).ip("addr", "del", Lab.address(2) + "/24", "dev", "eth0");
        lab.host(2).ip("link", "set", "eth0", "address", "02:00:00:00:aa:02");
        lab.host(3).ip("link", "set", "eth0", "address", Lab.mac(2));
        lab.host(3).addAddress("eth0", Lab.address(2) + "/24");
        lab.assertPings(3, Lab.address(1), "-I", Lab.address(2));
        lab.assertPings(1, Lab.address(2));
        assertThat(lab.host(1).ip("neigh", "show", Lab.address(2))).contains(Lab.mac(2));
        Transfer.assertArrivesWhole(lab.host(1), lab.host(3), Lab.address(2), 10_000_000);
        lab.stop();
    }

    @Test
    void framesGoOnlyWhereTheAddressWasSeenLast() {
        String moving = "02:00:00:00:aa:01";
        byte[] hello =
                Frames.ethernet()
                        .from(moving)
                        .to(Lab.mac(1))
                        .etherType(EXPERIMENTAL)
                        .pad(60)
                        .build();
        byte[] call =
                Frames.ethernet()
                        .from(Lab.mac(1))
                        .to(moving)
                        .etherType(EXPERIMENTAL)
                        .pad(60)
                        .build();
        try (RawLink one = RawLink.open(lab.host(1));
                RawLink two = RawLink.open(lab.host(2));
                RawLink three = RawLink.open(lab.host(3))) {
            for (int round = 0; round < 5; round++) {
                RawLink.assertCrosses(two, hello, one);
                RawLink.assertCrosses(one, call, two);
                RawLink.assertCrosses(three, hello, one);
                RawLink.assertCrosses(one, call, three);
            }
            assertThat(two.receive(50, frame -> Arrays.equals(frame, call)))
                    .as("sent to the port that the address has left")
                    .isEmpty();
        }
        lab.stop();
    }
}
