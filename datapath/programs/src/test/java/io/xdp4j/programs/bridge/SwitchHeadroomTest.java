package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.SwitchRig.frame;
import static io.xdp4j.programs.bridge.SwitchRig.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.LedgerAssert;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tags need four bytes before the frame, which metadata and earlier hops may have used up.
@DatapathTest
final class SwitchHeadroomTest {
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";
    private static final int HEADROOM = XdpFrame.HEADROOM_BYTES - XdpFrame.HEADER_BYTES;
    private static final SwitchSpec SPEC =
            SwitchSpec.of(
                    "br0",
                    SwitchPortSpec.access("a", 10),
                    SwitchPortSpec.trunk("t", VlanSet.of(10)));

    /// Has another program run in front of the switch's on a port.
    private static void before(FakeNic port, XdpProgram first) {
        AttachedProgram second = Objects.requireNonNull(port.attached());
        port.attach(xdp -> {
            first.run(xdp);
            return second.program().run(xdp);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 32})
    void metadataStayInFrontOfTheFrame(int metaBytes, Datapath datapath) {
        try (SwitchRig rig = SwitchRig.of(datapath, SPEC)) {
            before(rig.nic("a"), xdp -> xdp.adjustMeta(-metaBytes));
            before(rig.nic("t"), xdp -> xdp.adjustMeta(-metaBytes));
            String tagged = hex(frame(A, B)).replaceFirst("0800", "8100000a0800");
            assertThat(rig.send("a", frame(A, B)).sent("t")).containsExactly(tagged);
            assertThat(rig.send("t", java.util.HexFormat.of().parseHex(tagged)).sent("a"))
                    .containsExactly(hex(frame(A, B)));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 4, true", "0, 3, false", "4, 4, false", "4, 8, true", "32, 35, false"})
    void framesWithoutRoomForTheTagAreCounted(
            int metaBytes, int headroom, boolean sent, Datapath datapath) {
        try (SwitchRig rig = SwitchRig.of(datapath, SPEC)) {
            int grown = HEADROOM - headroom;
            before(
                    rig.nic("a"),
                    xdp -> {
                        long destination = xdp.mac(0);
                        long source = xdp.mac(6);
                        xdp.adjustHead(-grown);
                        xdp.putMac(0, destination);
                        xdp.putMac(6, source);
                        xdp.putU16(12, 0x9000);
                        return xdp.adjustMeta(-metaBytes);
                    });
            rig.send("a", frame(A, B));
            if (sent) {
                assertThat(rig.sent("t").getFirst()).contains("8100000a9000");
                return;
            }
            assertThat(rig.senders()).isEmpty();
            rig.bridge().addStatic(new StaticEntry(SwitchRig.mac(B), "t", 10));
            rig.send("a", frame(A, B));
            assertThat(rig.senders()).isEmpty();
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_NO_HEADROOM, 2L));
        }
    }
}
