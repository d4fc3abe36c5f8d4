package io.xdp4j.tools.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// One kind of event, counted by each CPU.
///
/// Thread: one while it is filled, any afterwards.
public final class PerCpu {
    private final List<Counts> cpus;
    private Counts total = Counts.ZERO;

    PerCpu(int cpus) {
        this.cpus = new ArrayList<>(Collections.nCopies(cpus, Counts.ZERO));
    }

    void add(int cpu, Counts counts) {
        cpus.set(cpu, cpus.get(cpu).plus(counts));
        total = total.plus(counts);
    }

    void add(PerCpu more) {
        for (int cpu = 0; cpu < more.size(); cpu++) {
            add(cpu, more.cpu(cpu));
        }
    }

    Counts cpu(int cpu) {
        return cpus.get(cpu);
    }

    int size() {
        return cpus.size();
    }

    Counts total() {
        return total;
    }

    /// Rates since `before`; that of the total is rounded on its own.
    PerCpu rate(PerCpu before, double seconds) {
        PerCpu rates = new PerCpu(cpus.size());
        for (int cpu = 0; cpu < cpus.size(); cpu++) {
            rates.cpus.set(cpu, cpus.get(cpu).rate(before.cpus.get(cpu), seconds));
        }
        rates.total = total.rate(before.total, seconds);
        return rates;
    }
}
