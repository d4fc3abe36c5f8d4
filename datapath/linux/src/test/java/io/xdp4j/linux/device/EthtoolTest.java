package io.xdp4j.linux.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.NeedsNetNamespaces;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.linux.TestNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsNetNamespaces
class EthtoolTest {
    private TestNamespace namespace;
    private Ethtool ethtool;

    @BeforeEach
    void open() {
        namespace = TestNamespace.withVeth();
        try (NetNamespace _ = namespace.enter()) {
            ethtool = Ethtool.open();
        }
    }

    @AfterEach
    void close() {
        ethtool.close();
        namespace.close();
    }

    @Test
    void offloadsGoOffAndComeBackAsTheyWere() {
        Offloads before = ethtool.offloads("left");
        assertThat(before.tso()).isTrue();
        assertThat(before.txChecksum()).isTrue();
        assertThat(before.udpSegmentation()).isTrue();

        Offloads off = ethtool.setOffloads("left", Offloads.off());
        assertThat(off).isEqualTo(Offloads.off());
        assertThat(ethtool.offloads("left")).isEqualTo(off);
        assertThat(ethtool.offloads("right")).isEqualTo(before);

        assertThat(ethtool.setOffloads("left", before)).isEqualTo(before);
    }

    @Test
    void oneOffloadGoesOffAlone() {
        Offloads before = ethtool.offloads("left");
        Offloads wanted =
                new Offloads(
                        before.rxChecksum(),
                        before.txChecksum(),
                        before.scatterGather(),
                        false,
                        before.gso(),
                        before.gro(),
                        before.lro(),
                        before.udpSegmentation(),
                        before.rxVlan(),
                        before.txVlan());
        assertThat(ethtool.setOffloads("left", wanted)).isEqualTo(wanted);
    }

    @Test
    void fixedOffloadsStay() {
        Offloads loopback = ethtool.offloads("lo");
        Offloads off = ethtool.setOffloads("lo", Offloads.off());
        assertThat(loopback.rxChecksum()).isTrue();
        assertThat(off.rxChecksum()).isTrue();
    }

    @Test
    void shortcutsActOnTheNamespaceOfTheThread() {
        Offloads before = ethtool.offloads("right");
        try (NetNamespace _ = namespace.enter()) {
            assertThat(Offloads.read("right")).isEqualTo(before);
            assertThat(Offloads.apply("right", Offloads.off())).isEqualTo(Offloads.off());
        }
        assertThat(ethtool.offloads("right")).isEqualTo(Offloads.off());
    }

    @Test
    void channelsOfVethChange() {
        Channels channels = ethtool.channels("left").orElseThrow();
        assertThat(channels.rxQueues()).isEqualTo(2);
        assertThat(channels.maxTx()).isEqualTo(3);

        ethtool.setChannels("left", channels.withCounts(1, 1, 0));

        assertThat(ethtool.channels("left").orElseThrow().rxQueues()).isEqualTo(1);
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> ethtool.setChannels("left", channels.withCounts(99, 1, 0)))
                .withMessageStartingWith("ioctl(SIOCETHTOOL, ETHTOOL_SCHANNELS, left): EINVAL: ");
        assertThat(ethtool.channels("lo")).isEmpty();
    }

    @Test
    void tellsDriverAndLink() {
        assertThat(ethtool.driver("left").driver()).isEqualTo("veth");
        assertThat(ethtool.driver("left").busInfo()).isEmpty();
        assertThat(ethtool.hasLink("left")).isTrue();
        namespace.ip("link set right down");
        assertThat(ethtool.hasLink("left")).isFalse();
    }

    @Test
    void unknownDeviceIsNamed() {
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> ethtool.offloads("none"))
                .withMessageStartingWith(
                        "ioctl(SIOCETHTOOL, ETHTOOL_GFLAGS, none): ENODEV: no such device; ");
    }
}
