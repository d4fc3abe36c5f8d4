package io.xdp4j.ebpf.elf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.program.LinkedProgram.Flag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SectionConventionTest {
    @ParameterizedTest
    @CsvSource({
        "xdp, XDP, 37, false",
        "?xdp, XDP, 37, false",
        "xdp/, XDP, 37, false",
        "xdp/rx, XDP, 37, false",
        "xdp_cpu_map0, XDP, 37, false",
        "xdpfilter, XDP, 37, false",
        "xdp.frags, XDP, 37, true",
        "xdp.frags/x, XDP, 37, true",
        "xdp/devmap, XDP, 33, false",
        "xdp/devmap/egress, XDP, 33, false",
        "xdp_devmap/egress, XDP, 33, false",
        "xdp_devmap, XDP, 37, false",
        "xdp/cpumap, XDP, 35, false",
        "xdp_cpumap/0, XDP, 35, false",
        "xdp.frags/cpumap, XDP, 35, true",
        "xdp.frags/devmap, XDP, 33, true",
        "classifier, SCHED_CLS, 0, false",
        "classifier/in, SCHED_CLS, 0, false",
        "tc, SCHED_CLS, 0, false",
        "tcx/egress, SCHED_CLS, 47, false",
        "socket, SOCKET_FILTER, 0, false",
        "socket1, SOCKET_FILTER, 0, false",
        "sockops, SOCK_OPS, 3, false",
        "sk_reuseport, SK_REUSEPORT, 39, false",
        "cgroup/skb, CGROUP_SKB, 0, false",
        "cgroup_skb/egress, CGROUP_SKB, 1, false",
        "cgroup/sock, CGROUP_SOCK, 2, false",
        "cgroup/connect6, CGROUP_SOCK_ADDR, 11, false",
        "cgroup/dev, CGROUP_DEVICE, 6, false",
        "prog, , 0, false",
        "kprobe/do_exit, , 0, false",
        "tcpdump, , 0, false",
        "2/1, , 0, false",
    })
    void tellsTypeAttachTypeAndFragments(
            String section, String type, int attachType, boolean fragments) {
        SectionConvention convention = SectionConvention.of(section);

        assertThat(convention.type() == null ? null : convention.type().name()).isEqualTo(type);
        assertThat(convention.expectedAttachType()).isEqualTo(attachType);
        assertThat(convention.flags().contains(Flag.XDP_HAS_FRAGS)).isEqualTo(fragments);
    }
}
