package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.tools.json.Json;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/// The world that helpers see: the contract's net.
///
/// Fails: [io.xdp4j.tools.json.JsonException] for a malformed one.
final class NetWorld {
    private static final int MAX_CPUS = 1024;

    private final Json json;

    NetWorld(Json json) {
        this.json = json;
    }

    /// CPU that runs the programs.
    int cpu() {
        return json.at("cpu").number(0, cpus() - 1, 0);
    }

    private int cpus() {
        return json.at("ncpus").number(1, MAX_CPUS, 2);
    }

    /// The options with this world in them.
    ///
    /// @param trace takes the lines of `bpf_trace_printk`
    LoadOptions in(LoadOptions options, Consumer<String> trace) {
        BpfRuntime runtime = new BpfRuntime(cpus(), BpfClock.SYSTEM, System.nanoTime(), trace);
        return options.withRuntime(runtime, cpu(), ingress());
    }

    private TestRun.Ingress ingress() {
        Set<Integer> known = new HashSet<>();
        for (Json device : json.at("interfaces").list()) {
            known.add((int) device.at("ifindex").number(1, Integer.MAX_VALUE));
        }
        int ifindex = json.at("ingress_ifindex").number(0, Integer.MAX_VALUE, 1);
        int queue = json.at("rx_queue_index").number(0, Integer.MAX_VALUE, 0);
        TestRun.QueueCount queues =
                known.isEmpty()
                        ? TestRun.Ingress.LOOPBACK.queues()
                        : index -> known.contains(index) ? 1 : 0;
        return new TestRun.Ingress(ifindex, queue, queues);
    }
}
