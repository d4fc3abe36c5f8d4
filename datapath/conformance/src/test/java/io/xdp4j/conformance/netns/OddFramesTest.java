package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.testkit.Frames;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Frames that no stack sends: each is forwarded as it is, or counted under a reason. None raises an
/// exception, and the port goes on.
final class OddFramesTest {
    private static final int SHORTEST = 14;
    private static final int LONGEST = 1514;
    private static final int EXPERIMENTAL = 0x88b5;
    private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";

    private static Lab lab;

    private RawLink one;
    private RawLink other;

    @BeforeAll
    static void connect() {
        lab = Lab.of(2, "ping", "ethtool");
        lab.startSwitch();
    }

    @AfterAll
    static void account() {
        try (Lab closing = lab) {
            if (closing != null) {
                closing.assertAllPing();
                Json summary = closing.stop();
                assertThat(summary.at("drops").names())
                        .contains("SWITCH_LINK_LOCAL", "SWITCH_BAD_SOURCE", "SWITCH_SAME_PORT")
                        .isSubsetOf(
                                "SWITCH_LINK_LOCAL",
                                "SWITCH_BAD_SOURCE",
                                "SWITCH_SAME_PORT",
                                "SWITCH_MALFORMED",
                                "RX_BAD_OFFLOAD");
            }
        }
    }

    @BeforeEach
    void open() {
        one = RawLink.open(lab.host(1));
        other = RawLink.open(lab.host(2));
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    @Test
    void runtsPassAsTheyAre() {
        for (int length = SHORTEST; length < 64; length++) {
            byte[] frame = Frames.ethernet().to(BROADCAST).etherType(EXPERIMENTAL).build();
            frame = Arrays.copyOf(frame, length);
            Arrays.fill(frame, SHORTEST, length, (byte) length);
            RawLink.assertCrosses(one, frame, other);
        }
    }

    @Test
    void longestFramePassesAndLongerOnesStayWithTheSender() {
        byte[] longest = Frames.ethernet().etherType(EXPERIMENTAL).payload(LONGEST - 14).build();
        RawLink.assertCrosses(one, longest, other);
        assertThat(one.trySend(Arrays.copyOf(longest, LONGEST + 100))).isNegative();
    }

    @Test
    void unknownEtherTypesPass() {
        for (int type :
                new int[] {0x0600, 0x22f3, 0x6003, 0x8847, 0x8863, 0x88cc, 0x9000, 0xffff}) {
            RawLink.assertCrosses(one, Frames.ethernet().etherType(type).pad(60).build(), other);
        }
    }

    @Test
    void lengthFieldsInsteadOfTypesPass() {
        for (int length : new int[] {0, 3, 46, 1500}) {
            RawLink.assertCrosses(one, Frames.ethernet().etherType(length).pad(64).build(), other);
        }
    }

    @Test
    void brokenTagsAreCountedOrStayWithTheKernel() {
        for (int length = SHORTEST; length < 24; length++) {
            byte[] frame = Frames.ethernet().to(BROADCAST).vlan(5).vlan(6).etherType(1).build();
            one.send(Arrays.copyOf(frame, length));
        }
        RawLink.assertCrosses(
                one, Frames.ethernet().vlan(0).etherType(EXPERIMENTAL).pad(60).build(), other);
    }

    @Test
    void addressesThatABridgeRefusesAreCounted() {
        one.send(Frames.ethernet().to("01:80:c2:00:00:00").etherType(0x26).pad(60).build());
        one.send(Frames.ethernet().from("03:00:00:00:00:01").etherType(EXPERIMENTAL).build());
        one.send(Frames.ethernet().from("00:00:00:00:00:00").etherType(EXPERIMENTAL).build());
        String mac = "02:00:00:00:aa:01";
        one.send(Frames.ethernet(mac, mac).etherType(EXPERIMENTAL).build());
        RawLink.assertCrosses(
                one, Frames.ethernet().etherType(EXPERIMENTAL).payload("after").build(), other);
    }

    @Test
    void damagedPacketsPass() {
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            byte[] frame =
                    Frames.ethernet()
                            .ipv4("10.77.9.1", "10.77.9.2")
                            .tcp(1000 + i, 80)
                            .payload(random.nextInt(200))
                            .build();
            for (int flips = 0; flips < 8; flips++) {
                frame[SHORTEST + random.nextInt(frame.length - SHORTEST)] = (byte) random.nextInt();
            }
            one.send(frame);
        }
        RawLink.assertCrosses(
                one, Frames.ethernet().etherType(EXPERIMENTAL).payload("whole").build(), other);
    }

    @Test
    void noiseOfAllLengthsPasses() {
        Random random = new Random(11);
        for (int i = 0; i < 500; i++) {
            byte[] frame = new byte[SHORTEST + random.nextInt(LONGEST - SHORTEST)];
            random.nextBytes(frame);
            // The addresses are sound: learning is not what this is about.
            System.arraycopy(Frames.mac(Frames.DESTINATION), 0, frame, 0, 6);
            System.arraycopy(Frames.mac(Frames.SOURCE), 0, frame, 6, 6);
            RawLink.assertCrosses(one, frame, other);
        }
    }
}
