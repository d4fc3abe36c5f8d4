package io.xdp4j.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Refuses load balancers that reach themselves through the programs of their cpumap.
///
/// The frames would never leave the cpumap, and neither object could be made before the other.
final class ProgramCycles {
    private final List<ProgramSpec> programs;
    private final List<CpuMapSpec> cpumaps;

    private ProgramCycles(List<ProgramSpec> programs, List<CpuMapSpec> cpumaps) {
        this.programs = programs;
        this.cpumaps = cpumaps;
    }

    static void refuse(List<ProgramSpec> programs, List<CpuMapSpec> cpumaps) {
        ProgramCycles cycles = new ProgramCycles(programs, cpumaps);
        for (ProgramSpec program : programs) {
            Set<String> reached = new HashSet<>();
            cycles.follow(program, reached);
            if (program instanceof LoadBalancerProgramSpec balancer
                    && reached.contains(program.name())) {
                throw program.at()
                        .key("cpumap")
                        .unexpected(
                                balancer.cpumap()
                                        + ": its entries run "
                                        + program.name()
                                        + " again",
                                "no cycle of programs and maps");
            }
        }
    }

    private void follow(ProgramSpec program, Set<String> reached) {
        if (program instanceof LoadBalancerProgramSpec balancer) {
            cpumaps.stream()
                    .filter(map -> map.name().equals(balancer.cpumap()))
                    .flatMap(map -> map.entries().stream())
                    .map(CpuMapSpec.Entry::program)
                    .forEach(name -> followName(String.valueOf(name), reached));
        }
    }

    private void followName(String name, Set<String> reached) {
        programs.stream()
                .filter(next -> next.name().equals(name) && reached.add(name))
                .forEach(next -> follow(next, reached));
    }
}
