package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.SwitchRig.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.testkit.Checksums;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TransmittedFrame;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Frames of several chunks and with offloads, with tags put in and taken out on the way.
@DatapathTest
final class SwitchGsoTest {
    private static final String A = "02:00:00:00:00:0a";
    private static final String ALL = "ff:ff:ff:ff:ff:ff";
    private static final int PAYLOAD = 40_000;
    private static final int SEGMENT = 1400;
    private static final int NONE = -1;

    private static FakeNic.Builder offloading(FakeNic.Builder nic) {
        return nic.offload(true).frags(true);
    }

    private static SwitchSpec spec() {
        return SwitchSpec.of(
                "br0",
                SwitchPortSpec.access("access", 10),
                SwitchPortSpec.trunk("trunk", VlanSet.of(10)),
                SwitchPortSpec.trunk("native", VlanSet.of(10, 20), 10),
                SwitchPortSpec.trunk("trunk2", VlanSet.of(10)));
    }

    private static Frames tcp(int vlan) {
        Frames frame = Frames.ethernet(A, ALL);
        if (vlan != NONE) {
            frame.vlan(vlan);
        }
        return frame.ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2).payload(PAYLOAD).partialChecksum();
    }

    private static InjectedFrame gso(Frames frame) {
        return InjectedFrame.of(frame.build())
                .gso(InjectedFrame.GSO_TCPV4, SEGMENT, frame.payloadOffset())
                .partialChecksum(frame.transportOffset(), frame.checksumOffset());
    }

    @ParameterizedTest
    @CsvSource({"access, -1", "access, 0", "trunk, 10", "native, -1", "native, 0", "native, 10"})
    void crossWholeWhereThePortsCanSendThem(String ingress, int vlan, Datapath datapath) {
        try (SwitchRig rig = SwitchRig.of(datapath, SwitchGsoTest::offloading, spec())) {
            rig.send(ingress, gso(tcp(vlan)));
            for (String port : List.of("access", "native", "trunk", "trunk2")) {
                if (!port.equals(ingress)) {
                    int expected = port.startsWith("trunk") ? 10 : NONE;
                    TransmittedFrame sent = rig.nic(port).transmittedFrames().getFirst();
                    assertThat(hex(sent.bytes())).isEqualTo(hex(tcp(expected).build()));
                    assertThat(sent.gsoSize()).isEqualTo(SEGMENT);
                    assertThat(sent.partialChecksum()).isTrue();
                    assertThat(sent.chunks()).isGreaterThan(1);
                }
            }
            LedgerAssert.settled(datapath).hasTransmitted(3).hasNoDrops();
        }
    }

    @ParameterizedTest
    @CsvSource({"access, -1", "access, 0", "trunk, 10", "native, 10"})
    void areCutIntoTaggedSegmentsWhereThePortsCannot(String ingress, int vlan, Datapath datapath) {
        try (SwitchRig rig = SwitchRig.of(datapath, nic -> nic, spec())) {
            rig.send(ingress, gso(tcp(vlan)));
            for (String port : List.of("access", "native", "trunk", "trunk2")) {
                if (!port.equals(ingress)) {
                    int header = tcp(port.startsWith("trunk") ? 10 : NONE).payloadOffset();
                    checkSegments(rig.nic(port).transmitted(), header);
                }
            }
            LedgerAssert.settled(datapath).hasNoDrops();
        }
    }

    private static void checkSegments(List<byte[]> segments, int header) {
        assertThat(segments).hasSize(Math.ceilDiv(PAYLOAD, SEGMENT));
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (byte[] segment : segments) {
            assertThat(Checksums.defects(segment)).isEmpty();
            payload.write(segment, header, segment.length - header);
        }
        byte[] whole = tcp(NONE).build();
        assertThat(payload.toByteArray())
                .isEqualTo(Arrays.copyOfRange(whole, whole.length - PAYLOAD, whole.length));
    }

    @Test
    void partialChecksumsAreFinishedBehindTheTag(Datapath datapath) {
        Frames frame =
                Frames.ethernet(A, ALL)
                        .ipv4("10.0.0.1", "10.0.0.2")
                        .udp(1, 2)
                        .payload(101)
                        .partialChecksum();
        InjectedFrame open =
                InjectedFrame.of(frame.build())
                        .partialChecksum(frame.transportOffset(), frame.checksumOffset());
        try (SwitchRig rig = SwitchRig.of(datapath, nic -> nic, spec())) {
            rig.send("access", open);
            for (String port : List.of("trunk", "native", "trunk2")) {
                byte[] sent = rig.nic(port).transmitted().getFirst();
                assertThat(Checksums.defects(sent)).isEmpty();
            }
        }
    }

    @Test
    void mirrorsGetTheWholeChain(Datapath datapath) {
        SwitchSpec spec =
                SwitchRig.plainSpec("p0", "p1", "tap")
                        .withMirrors(
                                new MirrorSpec(List.of("p0"), "tap", MirrorSpec.Direction.INGRESS));
        try (SwitchRig rig = SwitchRig.of(datapath, SwitchGsoTest::offloading, spec)) {
            rig.bridge().addStatic(new StaticEntry(SwitchRig.mac(A), "p1", 0));
            Frames frame = tcp(NONE).to(A).from("02:00:00:00:00:0b");
            rig.send("p0", gso(frame));
            for (String port : List.of("p1", "tap")) {
                assertThat(rig.sent(port)).containsExactly(hex(frame.build()));
            }
        }
    }

    @Test
    void plainSwitchesTouchNothing(Datapath datapath) {
        try (SwitchRig rig =
                SwitchRig.of(
                        datapath,
                        SwitchGsoTest::offloading,
                        SwitchRig.plainSpec("p0", "p1", "p2"))) {
            rig.send("p0", gso(tcp(77)));
            for (String port : List.of("p1", "p2")) {
                TransmittedFrame sent = rig.nic(port).transmittedFrames().getFirst();
                assertThat(hex(sent.bytes())).isEqualTo(hex(tcp(77).build()));
                assertThat(sent.gsoSize()).isEqualTo(SEGMENT);
            }
        }
    }
}
