package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.testkit.DatapathTest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DatapathTest(workers = 4)
final class VethPairTest {
    private static DeviceSpec spec(Map<String, Object> options) {
        return new DeviceSpec("v0", "veth", options);
    }

    @Test
    void opensBothEndsByTheTransportsName(Datapath datapath) {
        NetDevice first = datapath.open(spec(Map.of("peer", "v1")));
        assertThat(datapath.devices()).extracting(NetDevice::name).containsExactly("v0", "v1");
        assertThat(first.name()).isEqualTo("v0");
        assertThat(first.transport()).isEqualTo("veth");
        assertThat(first).isInstanceOf(VethDevice.class);
        assertThat(first.isUp()).isFalse();
        assertThat(first.mtu()).isEqualTo(1500);
    }

    @Test
    void takesItsOptions(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath,
                        spec(
                                Map.of(
                                        "peer", "v1",
                                        "rx-queues", 2L,
                                        "tx-queues", 3L,
                                        "mtu", 3000L,
                                        "peer-mtu", 2000L,
                                        "mac", "02:00:00:00:00:0a",
                                        "peer-mac", "02:00:00:00:00:0B",
                                        "worker", 3L)));
        VethDevice first = pair.first();
        VethDevice second = pair.second();
        assertThat(first.rxQueues()).hasSize(2);
        assertThat(first.realTxQueues()).isEqualTo(3);
        assertThat(second.rxQueues()).as("the peer mirrors the queues").hasSize(3);
        assertThat(second.realTxQueues()).isEqualTo(2);
        assertThat(first.mtu()).isEqualTo(3000);
        assertThat(second.mtu()).isEqualTo(2000);
        assertThat(first.mac()).isEqualTo(0x0200_0000_000aL);
        assertThat(second.mac()).isEqualTo(0x0200_0000_000bL);
        assertThat(first.rxQueues()).extracting(queue -> queue.worker().index()).contains(3, 0);
        assertThat(first.peer()).isSameAs(second);
        assertThat(second.peer()).isSameAs(first);
    }

    @Test
    void usesOneQueueEachWayUnlessTold(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1");
        assertThat(pair.first().rxQueues()).hasSize(1);
        assertThat(pair.second().realTxQueues()).isEqualTo(1);
        pair.first().setChannels(4, 4);
        assertThat(pair.first().rxQueues()).as("one a worker was made").hasSize(4);
    }

    @Test
    void queueBelongsToTheWorkerOfItsNumberWhereThereAreEnough(Datapath datapath) {
        VethPair.open(datapath, "x0", "x1");
        VethPair pair = VethPair.open(datapath, spec(Map.of("peer", "v1", "queues", 4L)));
        assertThat(pair.second().rxQueues())
                .extracting(queue -> queue.worker().index())
                .containsExactly(0, 1, 2, 3);
    }

    @Test
    void smallPairsSpreadOverTheWorkersWithBothEndsTogether(Datapath datapath) {
        VethPair one = VethPair.open(datapath, "v0", "v1");
        VethPair two = VethPair.open(datapath, "v2", "v3");
        assertThat(one.first().rxQueues().getFirst().worker())
                .isSameAs(one.second().rxQueues().getFirst().worker())
                .isNotSameAs(two.first().rxQueues().getFirst().worker());
    }

    @Test
    void makesUpThePeersNameAndAddresses(Datapath datapath) {
        VethPair one = VethPair.open(datapath, new DeviceSpec("veth0", "veth", Map.of()));
        VethPair two = VethPair.open(datapath, new DeviceSpec("other", "veth", Map.of()));
        assertThat(one.second().name()).isEqualTo("veth1");
        assertThat(two.second().name()).isEqualTo("veth2");
        assertThat(one.first().mac()).isNotEqualTo(one.second().mac());
        assertThat(one.first().mac() >>> 40).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    queues      | 0    | v0: queues: 0 (expected: 1..64)
                    peer-queues | 65   | v0: peer-queues: 65 (expected: 1..64)
                    worker      | 4    | v0: worker: 4 (expected: 0..3)
                    mtu         | 67   | v0: mtu: 67 (expected: 68..65535)
                    peer-mtu    | 67   | v1: mtu: 67 (expected: 68..65535)
                    """)
    void refusesNumbersOutOfRange(String option, long value, String message, Datapath datapath) {
        assertThatThrownBy(() -> VethPair.open(datapath, spec(Map.of("peer", "v1", option, value))))
                .isInstanceOf(DeviceException.class)
                .hasMessage(message)
                .extracting("kind")
                .isEqualTo(DeviceException.Kind.USAGE);
        assertThat(datapath.devices()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"01:00:00:00:00:01", "00:00:00:00:00:00", "2:0:0:0:0:1", "nonsense"})
    void refusesWhatIsNoUnicastAddress(String mac, Datapath datapath) {
        assertThatThrownBy(() -> VethPair.open(datapath, spec(Map.of("peer", "v1", "mac", mac))))
                .isInstanceOf(DeviceException.class)
                .hasMessage(
                        "v0: mac: "
                                + mac
                                + " (expected: a unicast address such as 02:00:00:00:00:01)");
    }

    @Test
    void aTakenPeerNameLeavesNothingBehind(Datapath datapath) {
        VethPair.open(datapath, "v0", "v1");
        assertThatThrownBy(() -> VethPair.open(datapath, "w0", "v1"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("v1");
        assertThat(datapath.devices()).extracting(NetDevice::name).containsExactly("v0", "v1");
    }
}
