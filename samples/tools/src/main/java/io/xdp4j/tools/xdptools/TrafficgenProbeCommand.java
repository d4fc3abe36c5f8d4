package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.exit.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `xdp4j trafficgen probe`.
@Command(
        name = "probe",
        description = "Say whether packets can be generated.",
        mixinStandardHelpOptions = true)
final class TrafficgenProbeCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.out.println(
                "Packets come from a replay inside the datapath; no support of the kernel is needed.");
        return ExitCode.OK;
    }
}
