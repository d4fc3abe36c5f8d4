package io.xdp4j.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Reads the top of the document and hands each part to its own reader.
///
/// Names come before what refers to them: devices, then the names of programs, then maps, programs
/// and switches.
final class DatapathReader {
    private static final List<String> KEYS =
            List.of(
                    "workers",
                    "frames",
                    "devices",
                    "cpumaps",
                    "devmaps",
                    "programs",
                    "switch",
                    "switches",
                    "network",
                    "stats");
    private static final List<String> STATS_KEYS = List.of("interval");
    private static final int DEFAULT_FRAMES = 16384;
    private static final int MAX_SWITCHES = 16;
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);

    private DatapathReader() {}

    static DatapathConfig read(ConfigNode root) {
        ConfigMapping top =
                root.mapping("a mapping with the key devices").allow("the configuration", KEYS);
        top.refuseBoth("switch", "switches");
        WorkersSpec workers = WorkersReader.read(top);
        int frames = top.get("frames", node -> node.integer(1024, 1 << 20), DEFAULT_FRAMES);
        Names names = new Names(workers.count());
        List<DeviceSpec> devices = DeviceReader.readAll(top.node("devices"), names);
        ProgramReader.defineNames(top, names);
        List<CpuMapSpec> cpumaps = CpuMapReader.readAll(top, names);
        List<DevMapSpec> devmaps = DevMapReader.readAll(top, names);
        List<ProgramSpec> programs = ProgramReader.readAll(top, names);
        ProgramCycles.refuse(programs, cpumaps);
        List<SwitchSpec> switches = switches(top, names);
        NetworkSpec network = NetworkReader.read(top, names, devices, programs);
        StatsSpec stats = top.get("stats", DatapathReader::stats, new StatsSpec(DEFAULT_INTERVAL));
        return new DatapathConfig(
                workers, frames, devices, cpumaps, devmaps, programs, switches, network, stats);
    }

    private static List<SwitchSpec> switches(ConfigMapping top, Names names) {
        List<ConfigNode> nodes = new ArrayList<>();
        if (top.has("switch")) {
            nodes.add(top.node("switch"));
        }
        if (top.has("switches")) {
            nodes.addAll(top.node("switches").items(0, MAX_SWITCHES, "switches"));
        }
        return nodes.stream().map(node -> new SwitchReader(names).read(node)).toList();
    }

    private static StatsSpec stats(ConfigNode node) {
        ConfigMapping stats = node.mapping("a mapping with interval").allow("stats", STATS_KEYS);
        return new StatsSpec(
                stats.get(
                        "interval",
                        interval -> interval.duration(Duration.ofMillis(100), Duration.ofHours(1)),
                        DEFAULT_INTERVAL));
    }
}
