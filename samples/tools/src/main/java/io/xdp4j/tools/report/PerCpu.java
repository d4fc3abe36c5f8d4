package io.xdp4j.tools.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// One kind of event, counted by each CPU.
///
/// Thread: one while it is filled, any afterwards.
public final class PerCpu {
    private final List<Counts> cpus;

    PerCpu(int cpus) {
        this.cpus = new ArrayList<>(Collections.nCopies(cpus, Counts.ZERO));
    }

    void add(int cpu, Counts counts) {
        cpus.set(cpu, cpus.get(cpu).plus(counts));
    }

    Counts cpu(int cpu) {
        return cpu < cpus.size() ? cpus.get(cpu) : Counts.ZERO;
    }

    int size() {
        return cpus.size();
    }

    Counts total() {
        return cpus.stream().reduce(Counts.ZERO, Counts::plus);
    }

    /// Rates since `before`; it too of so many CPUs.
    PerCpu rate(PerCpu before, double seconds) {
        PerCpu rates = new PerCpu(cpus.size());
        for (int cpu = 0; cpu < cpus.size(); cpu++) {
            rates.add(cpu, cpus.get(cpu).rate(before.cpu(cpu), seconds));
        }
        return rates;
    }
}
