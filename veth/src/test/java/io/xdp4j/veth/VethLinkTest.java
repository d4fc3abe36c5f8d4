package io.xdp4j.veth;

import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.XdpAttachException;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import java.util.Map;
import org.junit.jupiter.api.Test;

@DatapathTest
final class VethLinkTest {
    @Test
    void carrierNeedsBothEndsUp(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1");
        assertCarriers(pair, false);
        pair.first().up();
        assertCarriers(pair, false);
        pair.second().up();
        assertCarriers(pair, true);
        pair.first().down();
        assertCarriers(pair, false);
        pair.first().up();
        assertCarriers(pair, true);
    }

    private static void assertCarriers(VethPair pair, boolean on) {
        assertThat(pair.first().hasCarrier()).isEqualTo(on);
        assertThat(pair.second().hasCarrier()).isEqualTo(on);
    }

    @Test
    void removingOneEndRemovesTheOther(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        DevMap map = new DevMap(datapath, "map", 2);
        map.update(0, pair.first());
        map.update(1, pair.second());
        pair.second().attach(xdp -> XDP_PASS);

        pair.second().close();

        assertThat(datapath.devices()).isEmpty();
        assertThat(map.get(0)).isEmpty();
        assertThat(map.get(1)).isEmpty();
        assertThat(pair.first().isUp()).isFalse();
        assertThat(pair.first().peer()).isNull();
        assertThat(pair.second().attached()).isNull();
        pair.first().close();
        pair.close();
    }

    @Test
    void anEndWithoutPeerIsRefusedAndSendsNothing(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        VethDevice end = pair.first();
        HostSender host = HostSender.on(end);
        pair.close();
        assertThatThrownBy(end::up)
                .isInstanceOf(DeviceException.class)
                .hasMessage("up(v0): ENOTCONN: no peer");
        assertThatThrownBy(() -> end.attach(xdp -> XDP_PASS))
                .isInstanceOfSatisfying(
                        XdpAttachException.class, e -> assertThat(e.errno()).isEqualTo(19));
        host.send(0, Frames.udp4(1, 60));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.TX_NO_PEER, 1L));
        assertThat(end.linkStats().txDropped()).isEqualTo(1);
        assertThat(end.ethtoolStats()).containsEntry("peer_ifindex", 0L);
    }

    @Test
    void aRedirectToARemovedEndFindsNoDevice(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        int ifindex = pair.first().ifindex();
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> xdp.redirect(ifindex, 0));
        pair.close();
        nic.inject(0, Frames.udp4(1, 60));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_NO_TARGET, 1L));
    }

    @Test
    void aPairCanBeMadeAgainUnderTheSameNames(Datapath datapath) {
        VethPair.open(datapath, "v0", "v1").up().close();
        VethPair again = VethPair.open(datapath, "v0", "v1").up();
        assertThat(again.first().hasCarrier()).isTrue();
    }
}
