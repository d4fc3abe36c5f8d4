package io.xdp4j.tools.xdptools;

/// How redirect-cpu chooses a CPU.
enum CpuChoice {
    NO_TOUCH("no-touch", "cpumap_no_touch"),
    TOUCH("touch", "cpumap_touch_data"),
    ROUND_ROBIN("round-robin", "cpumap_round_robin"),
    L4_PROTO("l4-proto", "cpumap_l4_proto"),
    L4_FILTER("l4-filter", "cpumap_l4_filter"),
    L4_HASH("l4-hash", "cpumap_l4_hash"),
    L4_SPORT("l4-sport", "cpumap_l4_sport"),
    L4_DPORT("l4-dport", "cpumap_l4_dport");

    private final String word;
    private final String program;

    CpuChoice(String word, String program) {
        this.word = word;
        this.program = program;
    }

    String program() {
        return program;
    }

    @Override
    public String toString() {
        return word;
    }
}
