package io.xdp4j.tools.report;

import io.xdp4j.tools.exit.CommandException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What the tools that redirect to CPUs have in common, whatever their options are called.
public final class CpuMapTools {
    /// Sizes of a queue that is made anew under load, to stress that.
    public static final List<Integer> STRESS_QSIZES = List.of(1024, 8, 16000);

    private static final int MAX_QSIZE = 16384;

    private CpuMapTools() {}

    /// The rows of such a tool.
    ///
    /// @param toDevice whether the CPUs send packets on to a device
    public static Set<SampleKind> kinds(boolean toDevice) {
        Set<SampleKind> kinds =
                EnumSet.of(
                        SampleKind.RX,
                        SampleKind.REDIRECT_ERR,
                        SampleKind.CPUMAP_ENQUEUE,
                        SampleKind.CPUMAP_KTHREAD,
                        SampleKind.EXCEPTION);
        if (toDevice) {
            kinds.add(SampleKind.DEVMAP_XMIT_MULTI);
        }
        return kinds;
    }

    /// Refuses CPUs that the datapath lacks, and sizes that no queue has.
    public static void check(List<Integer> cpus, int workers, int qsize) {
        for (int cpu : cpus) {
            if (cpu < 0 || cpu >= workers) {
                throw CommandException.usage(
                        "--cpu: "
                                + cpu
                                + " (expected: 0.."
                                + (workers - 1)
                                + ", the workers of the datapath; more with --workers)");
            }
        }
        if (qsize < 1 || qsize > MAX_QSIZE) {
            throw CommandException.usage("--qsize: " + qsize + " (expected: 1.." + MAX_QSIZE + ")");
        }
    }
}
