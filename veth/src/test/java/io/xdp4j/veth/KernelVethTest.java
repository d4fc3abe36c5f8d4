package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.NetNs;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A pair of ours beside one of the running kernel. Needs root, iproute2 and ethtool.
@DatapathTest
final class KernelVethTest {
    @Test
    void ethtoolShowsTheSameNamesInTheSameOrder(Datapath datapath) {
        try (NetNs netns = NetNs.create("veth")) {
            netns.ip("link add v0 numrxqueues 2 numtxqueues 3 type veth peer name v1".split(" "));
            NetNs.Output output = netns.tryExec("ethtool", "-S", "v0");
            assumeTrue(output.exitCode() == 0, "needs ethtool: " + output.text());
            List<String> names =
                    Arrays.stream(output.text().split("\n"))
                            .filter(line -> line.startsWith(" "))
                            .map(line -> line.strip().replaceAll(":.*", ""))
                            .filter(name -> !name.startsWith("rx_pp_"))
                            .toList();
            VethPair pair =
                    VethPair.open(
                            datapath,
                            new DeviceSpec(
                                    "v0",
                                    "veth",
                                    Map.of("peer", "v1", "rx-queues", 2, "tx-queues", 3)));
            assertThat(pair.first().ethtoolStats().keySet()).containsExactlyElementsOf(names);
        }
    }
}
