package io.xdp4j.tools.report;

import java.util.List;

/// What the redirect tools of 2018 printed: the rate in one line.
///
/// Thread: any.
/// Kernel: `poll_stats` of `samples/bpf/xdp_redirect_map_user.c`, 4.15.
public final class ClassicForwardTable implements ReportTable {
    private final int ifindex;

    /// @param ifindex the target
    public ClassicForwardTable(int ifindex) {
        this.ifindex = ifindex;
    }

    @Override
    public List<String> lines(SampleMoment before, SampleMoment now) {
        long packets = now.rate(before).rx().total().processed();
        return packets == 0
                ? List.of()
                : List.of("ifindex %d: %10d pkt/s".formatted(ifindex, packets));
    }
}
