package io.xdp4j.tools.suricata;

import io.xdp4j.control.MapInfo;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.List;
import picocli.CommandLine.Option;

/// Which CPUs get the flows.
final class SpreadOptions {
    private static final int MAX_QSIZE = 16384;

    @Option(
            names = {"-c", "--cpu"},
            paramLabel = "CPU",
            description =
                    "a CPU, that is a worker, to send flows to; once for each"
                            + " (default: none; flows stay where they came in)")
    private List<Integer> cpus = List.of();

    @Option(
            names = {"-q", "--qsize"},
            paramLabel = "N",
            description = "packets that a CPU's queue holds (default: ${DEFAULT-VALUE})")
    private int qsize = 4096;

    List<Integer> cpus() {
        return cpus;
    }

    /// Fills `cpu_map`, `cpus_available` and `cpus_count`.
    ///
    /// @param second id of the program on the CPU, 0 for none
    void fill(ToolSession session, SampleObject object, int second) {
        if (qsize < 1 || qsize > MAX_QSIZE) {
            throw CommandException.usage("--qsize: " + qsize + " (expected: 1.." + MAX_QSIZE + ")");
        }
        MapInfo available = object.map("cpus_available");
        for (int place = 0; place < cpus.size(); place++) {
            int cpu = cpus.get(place);
            if (cpu < 0 || cpu >= session.workers()) {
                throw CommandException.usage(
                        "--cpu: "
                                + cpu
                                + " (expected: 0.."
                                + (session.workers() - 1)
                                + ", the workers of the datapath; more with --workers)");
            }
            object.put(object.map("cpu_map"), cpu, qsize, second);
            object.put(available, place, cpu);
        }
        object.put(object.map("cpus_count"), 0, cpus.size());
    }
}
