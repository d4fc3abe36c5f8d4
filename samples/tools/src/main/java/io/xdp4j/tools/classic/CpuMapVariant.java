package io.xdp4j.tools.classic;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// How xdp_redirect_cpu chooses a CPU, under all the names that it has had.
enum CpuMapVariant {
    NO_TOUCH("no-touch", "cpumap_no_touch", "xdp_prognum0_no_touch", "xdp_cpu_map0"),
    TOUCH("touch", "cpumap_touch_data", "xdp_prognum1_touch_data", "xdp_cpu_map1_touch_data"),
    ROUND_ROBIN(
            "round-robin",
            "cpumap_round_robin",
            "xdp_prognum2_round_robin",
            "xdp_cpu_map2_round_robin"),
    L4_PROTO(
            "l4-proto",
            "cpumap_l4_proto",
            "xdp_prognum3_proto_separate",
            "xdp_cpu_map3_proto_separate"),
    L4_FILTER(
            "l4-filter",
            "cpumap_l4_filter",
            "xdp_prognum4_ddos_filter_pktgen",
            "xdp_cpu_map4_ddos_filter_pktgen"),
    L4_HASH(
            "l4-hash",
            "cpumap_l4_hash",
            "xdp_prognum5_lb_hash_ip_pairs",
            "xdp_cpu_map5_lb_hash_ip_pairs");

    private final String word;
    private final String function;
    private final String name2022;
    private final String name2018;

    CpuMapVariant(String word, String function, String name2022, String name2018) {
        this.word = word;
        this.function = function;
        this.name2022 = name2022;
        this.name2018 = name2018;
    }

    /// The variant with that name: a number, xdp-tools' word, or a program's name of any year.
    static Optional<CpuMapVariant> named(String name) {
        return Arrays.stream(values())
                .filter(v -> v.programs().contains(name) || v.word.equals(name))
                .findFirst()
                .or(() ->
                        Arrays.stream(values())
                                .filter(v -> String.valueOf(v.ordinal()).equals(name))
                                .findFirst());
    }

    /// Names of its program in objects, ours first.
    List<String> programs() {
        return List.of(function, name2022, name2018);
    }

    /// Its names, for messages.
    @Override
    public String toString() {
        return word + " (" + name2022 + ", " + name2018 + ")";
    }
}
