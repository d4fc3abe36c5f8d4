package io.xdp4j.benchmarks;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.programs.balance.LoadBalancer;
import io.xdp4j.programs.basic.Drop;
import io.xdp4j.programs.basic.RedirectTo;
import io.xdp4j.programs.basic.Tx;
import io.xdp4j.programs.bridge.LearningSwitch;
import io.xdp4j.programs.bridge.SwitchPortSpec;
import io.xdp4j.programs.bridge.SwitchSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A datapath under load, generator included, and what counts as done in it.
///
/// Thread: made, read and closed by one thread.
final class Scenario implements AutoCloseable {
    /// The scenarios by name.
    static final List<String> NAMES =
            List.of(
                    "drop",
                    "tx",
                    "redirect",
                    "veth",
                    "switch",
                    "balance",
                    "xsk-rxdrop",
                    "xsk-l2fwd",
                    "cpumap",
                    "cpumap-paced");

    /// Before the names of scenarios with eBPF objects, of [ObjectsOnVeth#start].
    private static final String OBJECT = "object-";

    private static final long PACED_RATE = 6_500_000;

    /// What `xdp_redirect_cpu` takes unless told otherwise: at the paced rate full after 0.3 ms.
    static final int DEFAULT_QSIZE = 2048;

    /// The largest a cpumap takes: it bridges 2.5 ms in which the target has no CPU.
    private static final int PACED_QSIZE = 16384;

    /// A CPU a worker: two workers on one would measure the scheduler.
    private static final List<Integer> CPUS = List.of(1, 0);

    /// Enough that a full ring does not empty the pool.
    private static final int FRAMES = 32768;

    private final Datapath datapath;
    private LongSupplier delivered = () -> 0;
    private @Nullable ObjectsOnVeth objects;

    private Scenario(int workers) {
        datapath = Datapath.builder().workers(workers).pin(CPUS).frames(FRAMES).build();
    }

    /// Makes a scenario and starts it. `frameBytes` is the size of the generated frames.
    static Scenario start(String name, int frameBytes) {
        boolean two = name.contains("cpumap") || name.equals("balance");
        Scenario scenario = new Scenario(two ? 2 : 1);
        NetDevice nic =
                scenario.generator(frameBytes, name.equals("cpumap-paced") ? PACED_RATE : 0);
        if (name.startsWith(OBJECT)) {
            scenario.object(nic, name.substring(OBJECT.length()));
        } else {
            scenario.program(nic, name);
        }
        scenario.datapath.up();
        return scenario;
    }

    private void program(NetDevice nic, String name) {
        switch (name) {
            case "drop" -> drop(nic);
            case "tx" -> tx(nic);
            case "redirect" -> redirect(nic);
            case "veth" -> veth(nic);
            case "switch" -> bridge();
            case "balance" -> balance(nic);
            case "xsk-rxdrop" -> xsk(nic, false);
            case "xsk-l2fwd" -> xsk(nic, true);
            case "cpumap" -> cpumap(nic, DEFAULT_QSIZE);
            case "cpumap-paced" -> cpumap(nic, PACED_QSIZE);
            default ->
                    throw new IllegalArgumentException(
                            "scenario: " + name + " (expected: one of " + NAMES + ")");
        }
    }

    private void object(NetDevice nic, String what) {
        objects = new ObjectsOnVeth(datapath, nic);
        delivered = objects.start(what);
    }

    private NetDevice generator(int frameBytes, long rate) {
        Map<String, Object> options = new HashMap<>();
        options.put("flows", 64);
        options.put("sizes", List.of(frameBytes));
        options.put("rate", rate);
        return datapath.open(new DeviceSpec("nic0", "generator", options));
    }

    private void drop(NetDevice nic) {
        nic.attach(Drop.INSTANCE);
        delivered = () -> nic.rxQueues().getFirst().xdpDrop();
    }

    private void tx(NetDevice nic) {
        nic.attach(Tx.SWAP_MACS);
        delivered = () -> nic.linkStats().txPackets();
    }

    private void redirect(NetDevice nic) {
        SinkNic sink = datapath.register(new SinkNic(datapath, "sink"));
        DevMap ports = new DevMap(datapath, "ports", 1);
        ports.update(0, sink);
        nic.attach(new RedirectTo.Entry(ports, 0));
        delivered = () -> sink.linkStats().txPackets();
    }

    private void veth(NetDevice nic) {
        NetDevice near = datapath.open(new DeviceSpec("v0", "veth", Map.of("peer", "v1")));
        NetDevice far = datapath.device("v1").orElseThrow();
        nic.attach(new RedirectTo.Device(near.ifindex()));
        far.attach(Drop.INSTANCE);
        delivered = () -> far.rxQueues().getFirst().xdpDrop();
    }

    /// To an emulated AF_XDP socket, and back out.
    private void xsk(NetDevice nic, boolean sendsBack) {
        XskLoop loop = XskLoop.start(nic, sendsBack);
        delivered = sendsBack ? () -> nic.linkStats().txPackets() : loop::received;
    }

    private void bridge() {
        SinkNic sink = datapath.register(new SinkNic(datapath, "sink"));
        LearningSwitch bridge =
                new LearningSwitch(
                        datapath,
                        SwitchSpec.of(
                                "br0", SwitchPortSpec.plain("nic0"), SwitchPortSpec.plain("sink")));
        bridge.attach();
        delivered = () -> sink.linkStats().txPackets();
    }

    /// All frames of the balancer's flows, over both workers.
    private void balance(NetDevice nic) {
        CpuMap cpus = new CpuMap(datapath, "cpus", 2);
        cpus.update(0, DEFAULT_QSIZE);
        cpus.update(1, DEFAULT_QSIZE);
        nic.attach(new LoadBalancer(cpus, 2, List.of(0, 1)));
        delivered = () -> passed(cpus);
    }

    /// Every frame from worker 0 to worker 1.
    private void cpumap(NetDevice nic, int qsize) {
        CpuMap cpus = new CpuMap(datapath, "cpus", 2);
        cpus.update(1, qsize);
        nic.attach(new LoadBalancer(cpus, 2, List.of(1)));
        delivered = () -> passed(cpus);
    }

    private static long passed(CpuMap cpus) {
        return cpus.all().stream()
                .flatMap(entry -> entry.stats().stream())
                .mapToLong(stats -> stats.pass())
                .sum();
    }

    /// Frames that have reached the scenario's end.
    long delivered() {
        return delivered.getAsLong();
    }

    Datapath datapath() {
        return datapath;
    }

    /// The one that a cpumap redirects to, where there is one.
    Worker lastWorker() {
        return datapath.workers().get(datapath.workers().size() - 1);
    }

    @Override
    public void close() {
        if (objects != null) {
            objects.close();
        }
        datapath.close();
    }
}
