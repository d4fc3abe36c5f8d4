package io.xdp4j.config;

import java.util.List;
import java.util.stream.IntStream;

/// Reads `workers`, which is a number or a mapping.
final class WorkersReader {
    private static final List<String> KEYS = List.of("count", "pin", "cpus");
    private static final int MAX_WORKERS = 64;
    private static final int MAX_CPU = 1023;
    private static final int DEFAULT_MAX = 4;

    private WorkersReader() {}

    static WorkersSpec read(ConfigMapping top) {
        if (!top.has("workers")) {
            return unpinned(defaultCount(), top.at().key("workers"));
        }
        ConfigNode node = top.node("workers");
        if (node.isMapping()) {
            return readMapping(node);
        }
        int count = (int) node.integer(1, MAX_WORKERS, "integer 1..64 or a mapping");
        return unpinned(count, node.at());
    }

    private static WorkersSpec readMapping(ConfigNode node) {
        ConfigMapping workers = node.mapping("a mapping").allow("workers", KEYS);
        List<Integer> cpus = workers.get("cpus", WorkersReader::cpus, List.of());
        int count =
                workers.get(
                        "count",
                        n -> n.integer(1, MAX_WORKERS),
                        cpus.isEmpty() ? defaultCount() : cpus.size());
        boolean pin = workers.get("pin", ConfigNode::bool, !cpus.isEmpty());
        if (cpus.isEmpty()) {
            return new WorkersSpec(count, pin, firstCpus(count), node.at());
        }
        if (cpus.size() != count) {
            throw workers.node("cpus")
                    .at()
                    .unexpected("a list of " + cpus.size(), count + " CPUs, one for each worker");
        }
        return new WorkersSpec(count, pin, cpus, node.at());
    }

    private static List<Integer> cpus(ConfigNode node) {
        return Unique.items(node.items(1, MAX_WORKERS, "CPUs"), n -> n.integer(0, MAX_CPU));
    }

    private static WorkersSpec unpinned(int count, SourceLocation at) {
        return new WorkersSpec(count, false, firstCpus(count), at);
    }

    private static List<Integer> firstCpus(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static int defaultCount() {
        return Math.min(Runtime.getRuntime().availableProcessors(), DEFAULT_MAX);
    }
}
