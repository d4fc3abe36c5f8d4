package io.xdp4j.core.device;

import io.xdp4j.core.frame.FramePool;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.napi.WorkerGroup;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.JfrTraces;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.core.trace.Tracepoints;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running datapath: its frames, workers, devices and the ledger over all of them.
///
/// ```java
/// try (Datapath datapath = Datapath.builder().workers(2).build()) {
///     NetDevice nic = datapath.open(new DeviceSpec("nic0", "generator", Map.of("queues", 4L)));
///     nic.attach(xdp -> XDP_TX);
///     nic.up();
///     ...
///     Ledger ledger = datapath.drain(Duration.ofSeconds(5));
/// }
/// ```
///
/// Thread: any but a worker's.
public final class Datapath implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Datapath.class);

    /// Emulated devices are numbered from here, above what a host's real interfaces use.
    private static final int FIRST_IFINDEX = 1001;

    private static final String AUTO = "auto";

    private static final long DRAIN_POLL_NANOS = 1_000_000;

    private final FramePool pool;
    private final Tracepoints tracepoints = new Tracepoints();
    private final JfrTraces jfr = JfrTraces.of(tracepoints);
    private final WorkerGroup workers;
    private final Redirector redirector = new Redirector();
    private final MemModels memModels = new MemModels(this);
    private final Map<String, NetDevice> devices = new LinkedHashMap<>();
    private final IdentityHashMap<NetDevice, DeviceTarget> targets = new IdentityHashMap<>();
    private final List<Consumer<NetDevice>> unregisterListeners = new CopyOnWriteArrayList<>();
    private final BpfRuntime bpf;
    private final ProgramIds programIds;
    private final Arena machineMemory = Arena.ofShared();
    private final BpfMachine[] machines;
    private final Map<Class<?>, Object> sharedParts = new HashMap<>();
    private final XdpFrame[][] scratch;
    private final Backlog[] backlogs;
    private int nextIfindex = FIRST_IFINDEX;
    private int nextFirstWorker;
    private boolean closed;

    private Datapath(Builder builder) {
        pool = new FramePool(builder.frames, builder.workers);
        workers = new WorkerGroup(builder.workers, pool, tracepoints, builder.cpus);
        scratch = new XdpFrame[builder.workers][1];
        bpf = new BpfRuntime(builder.workers);
        programIds = new ProgramIds(bpf::nextProgramId);
        machines = new BpfMachine[builder.workers];
        Arrays.setAll(machines, cpu -> new BpfMachine(bpf, cpu, machineMemory));
        backlogs = workers.all().stream().map(Backlog::new).toArray(Backlog[]::new);
    }

    public static Builder builder() {
        return new Builder();
    }

    // ---- parts

    public FramePool pool() {
        return pool;
    }

    public WorkerGroup workers() {
        return workers;
    }

    public Tracepoints tracepoints() {
        return tracepoints;
    }

    public Redirector redirector() {
        return redirector;
    }

    /// Devices in the order they were made.
    public List<NetDevice> devices() {
        synchronized (devices) {
            return List.copyOf(devices.values());
        }
    }

    public Optional<NetDevice> device(String name) {
        synchronized (devices) {
            return Optional.ofNullable(devices.get(name));
        }
    }

    /// Opens a device by its transport. Where one request makes two devices (veth), the first is
    /// returned. Transport `auto` takes the best that works and logs why a better one does not.
    ///
    /// Fails: [DeviceException]; an unknown transport is named with the known ones.
    public NetDevice open(DeviceSpec spec) {
        if (spec.transport().equals(AUTO)) {
            return openBest(spec);
        }
        TreeSet<String> known = new TreeSet<>(List.of(AUTO));
        for (NetDeviceProvider provider : ServiceLoader.load(NetDeviceProvider.class)) {
            if (provider.transports().contains(spec.transport())) {
                return open(provider, spec);
            }
            known.addAll(provider.transports());
        }
        throw new DeviceException(
                DeviceException.Kind.UNSUPPORTED,
                spec.name()
                        + ": transport: "
                        + spec.transport()
                        + " (expected: one of "
                        + known
                        + ")");
    }

    private NetDevice openBest(DeviceSpec spec) {
        List<NetDeviceProvider> ladder =
                ServiceLoader.load(NetDeviceProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(provider -> provider.autoRank() > 0)
                        .sorted(Comparator.comparingInt(NetDeviceProvider::autoRank).reversed())
                        .toList();
        for (NetDeviceProvider provider : ladder) {
            Optional<String> reason = provider.autoDeclines(spec);
            if (reason.isEmpty() || provider.equals(ladder.getLast())) {
                return open(provider, spec);
            }
            LOG.info(
                    "{}: auto: {} not taken: {}",
                    spec.name(),
                    provider.transports().getFirst(),
                    reason.get());
        }
        throw new DeviceException(
                DeviceException.Kind.UNSUPPORTED,
                spec.name() + ": transport: auto (expected: a transport that this build has)");
    }

    private NetDevice open(NetDeviceProvider provider, DeviceSpec spec) {
        List<NetDevice> made = provider.open(this, spec);
        made.forEach(this::register);
        return made.getFirst();
    }

    /// A part that devices of one kind share, made at the first request.
    public <T> T shared(Class<T> type, Supplier<T> maker) {
        synchronized (sharedParts) {
            return type.cast(sharedParts.computeIfAbsent(type, key -> maker.get()));
        }
    }

    /// What eBPF programs see of this datapath: maps and programs by id, clocks, CPUs.
    public BpfRuntime bpf() {
        return bpf;
    }

    /// The CPU that eBPF programs of a worker run on.
    ///
    /// Thread: runs on it are that worker's.
    @HotPath
    public BpfMachine machine(int worker) {
        return machines[worker];
    }

    /// A new map id.
    public int nextMapId() {
        return bpf.nextMapId();
    }

    /// The program with its id; the same program keeps the same id.
    public AttachedProgram loaded(XdpProgram program) {
        return new AttachedProgram(program, programId(program), program.hasFrags());
    }

    /// The device as a redirect target.
    public DeviceTarget target(NetDevice device) {
        synchronized (devices) {
            DeviceTarget target = targets.get(device);
            if (target == null) {
                throw new IllegalStateException(device + " is closed");
            }
            return target;
        }
    }

    /// Calls back with each device that goes away, until the handle is closed.
    public Tracepoints.Subscription onUnregister(Consumer<NetDevice> listener) {
        unregisterListeners.add(listener);
        return () -> unregisterListeners.remove(listener);
    }

    private int programId(XdpProgram program) {
        return program.id() != 0 ? program.id() : programIds.idOf(program);
    }

    int nextIfindex() {
        synchronized (devices) {
            return nextIfindex++;
        }
    }

    /// The worker of a device's first queue: devices start where the last one ended.
    public int nextFirstWorker(int queues) {
        synchronized (devices) {
            int first = nextFirstWorker;
            nextFirstWorker = (first + queues) % workers.size();
            return first;
        }
    }

    /// Takes in a device that is made and down: from now on it is among [#devices] and programs
    /// reach it by its interface index.
    ///
    /// Fails: [DeviceException] when the name is taken; the device is closed then.
    public <D extends NetDevice> D register(D device) {
        try {
            synchronized (devices) {
                requireFree(device.name());
                devices.put(device.name(), device);
                DeviceTarget target = new DeviceTarget(device);
                targets.put(device, target);
                redirector.setDevice(device.ifindex(), target);
            }
        } catch (DeviceException e) {
            device.close();
            throw e;
        }
        return device;
    }

    void requireFree(String name) {
        if (device(name).isPresent()) {
            throw new DeviceException(
                    DeviceException.Kind.USAGE,
                    "device " + name + ": name is taken (expected: unique names)");
        }
    }

    /// Also of a device that was never registered, as nothing else is to happen then.
    void unregister(NetDevice device) {
        synchronized (devices) {
            if (targets.remove(device) == null) {
                return;
            }
            devices.remove(device.name(), device);
            redirector.setDevice(device.ifindex(), null);
        }
        unregisterListeners.forEach(listener -> listener.accept(device));
    }

    MemModels memModels() {
        return memModels;
    }

    @HotPath
    XdpFrame[] scratch(Worker worker) {
        return scratch[worker.index()];
    }

    /// The worker's backlog of frames for host sides.
    @HotPath
    public Backlog backlog(Worker worker) {
        return backlogs[worker.index()];
    }

    // ---- life

    /// Brings all devices up: first each is able to send, then they begin to receive, so that the
    /// first frames find their way.
    ///
    /// Fails: [DeviceException] of the first device that cannot be opened.
    public void up() {
        devices().stream().filter(NetDevice::raise).toList().forEach(NetDevice::begin);
    }

    /// Where all frames are at this moment; exact only after [#drain].
    public Ledger ledger() {
        return Ledger.sum(
                workers.all().stream().map(Worker::ledger).toList(), pool.free(), pool.size());
    }

    /// Stops receiving, lets what is queued find its way out, and returns the final ledger.
    ///
    /// Fails: never; after `timeoutNanos` the ledger shows what is still in flight.
    public Ledger drain(long timeoutNanos) {
        devices().forEach(NetDevice::stopReceiving);
        long deadline = System.nanoTime() + timeoutNanos;
        do {
            workers.synchronize();
            if (pool.free() == pool.size()) {
                break;
            }
            LockSupport.parkNanos(DRAIN_POLL_NANOS);
        } while (System.nanoTime() - deadline < 0);
        workers.synchronize();
        return ledger();
    }

    /// Closes the devices in reverse order, then the workers and the pool.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<NetDevice> open = new ArrayList<>(devices());
        for (NetDevice device : open.reversed()) {
            try {
                device.close();
            } catch (RuntimeException e) {
                LOG.warn("closing {}: {}", device.name(), e.getMessage());
            }
        }
        jfr.close();
        workers.close();
        pool.close();
        machineMemory.close();
    }

    /// Settings of a datapath.
    public static final class Builder {
        private int workers = 1;
        private int frames = 16384;
        private List<Integer> cpus = List.of();

        private Builder() {}

        /// Workers, 1..64.
        public Builder workers(int count) {
            if (count < 1 || count > 64) {
                throw new IllegalArgumentException("workers: " + count + " (expected: 1..64)");
            }
            this.workers = count;
            return this;
        }

        /// Chunks of 4096 bytes in the pool, 1024..1048576.
        public Builder frames(int count) {
            this.frames = count;
            return this;
        }

        /// CPUs to pin the workers to, in order; empty for none.
        public Builder pin(List<Integer> list) {
            this.cpus = List.copyOf(list);
            return this;
        }

        public Datapath build() {
            return new Datapath(this);
        }
    }
}
