package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.SwitchRig.frame;
import static io.xdp4j.programs.bridge.SwitchRig.mac;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Ports that come and go while the switch runs.
@DatapathTest
final class SwitchPortsTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";
    private static final String C = "02:00:00:00:00:0c";
    private static final String ALL = "ff:ff:ff:ff:ff:ff";

    @Test
    void forgetsTheStationsOfAPortWhoseDeviceVanishes(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1", "p2")) {
            rig.send("p1", frame(A, ALL)).send("p0", frame(B, ALL)).senders();
            rig.nic("p1").close();
            assertThat(rig.whereIs(A)).isEmpty();
            assertThat(rig.whereIs(B)).containsExactly("p0");
            assertThat(rig.send("p0", frame(B, A)).senders()).containsExactly("p2");
        }
    }

    @Test
    void takesADeviceBackThatReturns(Datapath datapath) {
        SwitchSpec spec =
                SwitchRig.plainSpec("p0", "p1", "p2")
                        .withStaticEntries(new StaticEntry(mac(C), "p1", 0));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            rig.nic("p1").close();
            assertThat(rig.send("p0", frame(B, C)).senders()).containsExactly("p2");
            FakeNic back = rig.open("p1", nic -> nic);
            assertThat(rig.bridge().deviceReturned(back)).isTrue();
            assertThat(rig.bridge().deviceReturned(back)).isFalse();
            assertThat(rig.send("p0", frame(B, C)).senders()).containsExactly("p1");
            assertThat(rig.send("p1", frame(A, B)).senders()).containsExactly("p0");
            assertThat(rig.send("p2", frame(B, A)).senders()).containsExactly("p1");
        }
    }

    @Test
    void addsAndRemovesPorts(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.of(datapath, SwitchRig.plainSpec("p0", "p1"), "p2")) {
            assertThat(rig.send("p0", frame(A, ALL)).senders()).containsExactly("p1");
            rig.bridge().addPort(SwitchPortSpec.plain("p2"));
            assertThat(rig.send("p2", frame(C, ALL)).senders()).containsExactly("p0", "p1");
            assertThat(rig.bridge().removePort("p2")).isTrue();
            assertThat(rig.bridge().removePort("p2")).isFalse();
            assertThat(rig.nic("p2").attached()).isNull();
            assertThat(rig.whereIs(C)).isEmpty();
            assertThat(rig.send("p0", frame(A, C)).senders()).containsExactly("p1");
            assertThat(rig.bridge().stats())
                    .extracting(SwitchPortStats::port)
                    .containsExactly("p0", "p1");
        }
    }

    @Test
    void aNewPortDoesNotInheritTheStationsOfAnOldOne(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.of(datapath, SwitchRig.plainSpec("p0", "p1"), "p2")) {
            rig.send("p1", frame(A, ALL)).senders();
            rig.bridge().removePort("p1");
            rig.bridge().addPort(SwitchPortSpec.plain("p2"));
            assertThat(rig.whereIs(A)).isEmpty();
            assertThat(rig.send("p2", frame(C, ALL)).senders()).containsExactly("p0");
            assertThat(rig.whereIs(C)).containsExactly("p2");
        }
    }

    @Test
    void countsFramesForAPortThatIsDown(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            rig.send("p1", frame(A, ALL)).senders();
            rig.nic("p1").down();
            rig.send("p0", frame(B, A));
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_DEVICE_DOWN, 1L));
            rig.nic("p1").up();
            assertThat(rig.send("p0", frame(B, A)).senders()).containsExactly("p1");
        }
    }

    @Test
    void closingGivesThePortsBackToTheHostSide(Datapath datapath) {
        SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1");
        HostCapture host = HostCapture.on(rig.nic("p0"));
        rig.close();
        rig.close();
        rig.send("p0", frame(A, B));
        assertThat(host.await(1, SOON)).hasSize(1);
        assertThat(rig.senders()).isEmpty();
        assertThatThrownBy(() -> rig.bridge().addPort(SwitchPortSpec.plain("p0")))
                .hasMessage("br0 is closed");
    }

    @Test
    void aSwitchThatTookOverKeepsItsPortsWhenTheOldOneCloses(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            SwitchSpec spec =
                    SwitchSpec.of(
                            "br1",
                            SwitchPortSpec.access("p0", 1),
                            SwitchPortSpec.trunk("p1", VlanSet.of(1)));
            try (LearningSwitch next = new LearningSwitch(datapath, spec)) {
                next.attach();
                rig.bridge().close();
                String tagged = SwitchRig.hex(frame(A, B)).replaceFirst("0800", "810000010800");
                assertThat(rig.send("p0", frame(A, B)).sent("p1")).containsExactly(tagged);
            }
        }
    }

    @Test
    void namesAMissingDeviceAndAttachesNothing(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "p0").up();
        LearningSwitch bridge = new LearningSwitch(datapath, SwitchRig.plainSpec("p0", "p1"));
        assertThatThrownBy(bridge::attach)
                .isInstanceOf(DeviceException.class)
                .hasMessage("br0: port p1: no such device");
        assertThat(nic.attached()).isNull();
        bridge.close();
    }

    @Test
    void everyPortHasItsProgramUnderTheSwitchsName(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            for (String port : List.of("p0", "p1")) {
                assertThat(rig.nic(port).attached())
                        .isNotNull()
                        .satisfies(attached -> {
                            assertThat(attached.program().name()).isEqualTo("br0");
                            assertThat(attached.hasFrags()).isTrue();
                        });
            }
        }
    }
}
