package io.xdp4j.programs.bridge;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceTarget;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.trace.Tracepoints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A live learning switch over devices of a datapath.
///
/// ```java
/// SwitchSpec spec = SwitchSpec.of("br0", SwitchPortSpec.plain("eth0"), SwitchPortSpec.plain("eth1"));
/// try (LearningSwitch bridge = new LearningSwitch(datapath, spec)) {
///     bridge.attach();
///     ...
///     bridge.fdb().forEach(System.out::println);
/// }
/// ```
///
/// Nothing is forwarded that a bridge must keep: the sixteen link-local group addresses from
/// 01:80:c2:00:00:00 on are dropped, spanning tree's included, and so are frames from a group or
/// zero address. There is no spanning tree: loops must not be built.
///
/// A switch that replaces another one on the same devices attaches first; each device then changes
/// over between two frames, and closing the old switch leaves the new one's programs alone.
///
/// Thread: any but a worker's.
/// Owns: its programs' attachments, its maps and its timer, until [#close].
/// Fails: as each method says.
/// Kernel: `struct net_bridge`.
public final class LearningSwitch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LearningSwitch.class);

    /// The table is swept in so many parts, one a second.
    private static final int SWEEP_PARTS = 8;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Datapath datapath;
    private final SwitchSpec spec;
    private final LongSupplier nanoClock;
    private final long startNanos;
    private final MacTable table;
    private final DevMap devMap;
    private final SwitchMap switchMap;

    /// Ports by name, whether their device is there or not.
    private final Map<String, SwitchPortSpec> specs = new LinkedHashMap<>();

    /// A port keeps its number as long as the switch has the port.
    private final Map<String, Integer> numbers = new HashMap<>();

    private final Map<String, SwitchPort> live = new LinkedHashMap<>();
    private final List<StaticEntry> staticEntries;
    private final Tracepoints.Subscription unregisterListener;
    private @Nullable Future<?> timer;
    private boolean closed;

    /// A switch that is not attached yet.
    public LearningSwitch(Datapath datapath, SwitchSpec spec) {
        this(datapath, spec, System::nanoTime);
    }

    /// The same with a clock of its own, for ageing and storm limits.
    public LearningSwitch(Datapath datapath, SwitchSpec spec, LongSupplier nanoClock) {
        this.datapath = datapath;
        this.spec = spec;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
        long ageingSeconds = spec.ageing().plusNanos(NANOS_PER_SECOND - 1).toSeconds();
        this.table = new MacTable(spec.maxMacEntries(), (int) ageingSeconds, startNanos);
        this.devMap = new DevMap(datapath, spec.name(), SwitchSpec.MAX_PORTS);
        this.switchMap = new SwitchMap(datapath, spec.name());
        this.staticEntries = new ArrayList<>(spec.staticEntries());
        this.unregisterListener = datapath.onUnregister(this::deviceGone);
    }

    // ---- life

    /// Puts every port into service and starts the ageing of addresses.
    ///
    /// Fails: [DeviceException] for a device that is not there,
    /// [io.xdp4j.core.device.XdpAttachException] for one that takes no program; nothing is attached
    /// then.
    public synchronized void attach() {
        checkOpen();
        if (timer != null) {
            throw new IllegalStateException(spec.name() + " is attached already");
        }
        spec.mirrors().forEach(mirror -> device(mirror.to()));
        try {
            spec.ports().forEach(port -> enter(port, device(port.device())));
            publish();
            live.values().forEach(this::attach);
        } catch (RuntimeException e) {
            leaveAll();
            throw e;
        }
        tick();
        timer =
                datapath.workers()
                        .get(0)
                        .eventLoop()
                        .scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    /// Advances the table's clock, sweeps a part of the table, and forgets what was learnt behind
    /// ports that lost their link; the timer's work.
    ///
    /// Thread: any, also a worker's; one at a time.
    /// Kernel: `br_stp_disable_port`.
    public void tick() {
        table.advance((int) ((nanoClock.getAsLong() - startNanos) / NANOS_PER_SECOND));
        table.sweep(SWEEP_PARTS);
        SwitchTopology topology = switchMap.topology();
        for (int number = 0; number < SwitchSpec.MAX_PORTS; number++) {
            SwitchPort port = topology.port(number);
            if (port != null && port.lostLink()) {
                table.removePort(number, false);
            }
        }
    }

    /// Takes the programs off and stops the timer.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        unregisterListener.close();
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
        leaveAll();
        devMap.close();
    }

    private void leaveAll() {
        live.values().forEach(SwitchPort::detach);
        for (SwitchPort port : live.values()) {
            devMap.delete(port.number());
            table.removePort(port.number(), true);
        }
        live.clear();
        specs.clear();
        numbers.clear();
        publish();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(spec.name() + " is closed");
        }
    }

    // ---- ports

    /// Adds a port to an attached switch; a port of that name is replaced.
    ///
    /// Fails: [IllegalArgumentException] for a port that does not fit the others, or one too many;
    /// [DeviceException], [io.xdp4j.core.device.XdpAttachException] as [#attach]; the port is then
    /// not in the switch.
    public synchronized void addPort(SwitchPortSpec port) {
        checkOpen();
        SwitchSpec.checkSameKind(spec.name(), spec.ports().getFirst(), port);
        NetDevice device = device(port.device());
        removePort(port.device());
        enter(port, device);
        serve(port.device());
    }

    /// Takes a port out of service and forgets it with its learnt addresses. False when there is
    /// none.
    public synchronized boolean removePort(String name) {
        SwitchPort port = live.get(name);
        if (port != null) {
            port.detach();
            // Also when another program had taken its place: a last frame may be learnt still.
            datapath.workers().synchronize();
            leave(port);
        }
        numbers.remove(name);
        return specs.remove(name) != null;
    }

    /// Puts a port back into service whose device went away and returned; mirrors to that device
    /// work again too. False when the device is no port, or is in service already.
    ///
    /// Fails: as [#addPort].
    public synchronized boolean deviceReturned(NetDevice device) {
        checkOpen();
        SwitchPortSpec port = specs.get(device.name());
        if (port == null || live.containsKey(device.name())) {
            publish();
            return false;
        }
        enter(port, device);
        serve(device.name());
        return true;
    }

    /// The device is down and polled no more, so nothing is learnt behind it any longer.
    private synchronized void deviceGone(NetDevice device) {
        SwitchPort port = live.get(device.name());
        if (port != null && port.device().equals(device)) {
            leave(port);
        } else {
            publish();
        }
    }

    private NetDevice device(String name) {
        return datapath.device(name)
                .orElseThrow(() ->
                        new DeviceException(
                                DeviceException.Kind.USAGE,
                                spec.name() + ": port " + name + ": no such device"));
    }

    private void enter(SwitchPortSpec portSpec, NetDevice device) {
        String name = portSpec.device();
        StormLimit own = portSpec.stormLimit();
        Integer number = numbers.get(name);
        SwitchPort port =
                new SwitchPort(
                        number == null ? freeNumber() : number,
                        portSpec,
                        device,
                        switchMap,
                        own == null ? spec.stormLimit() : own,
                        nanoClock);
        numbers.put(name, port.number());
        specs.put(name, portSpec);
        live.put(name, port);
        devMap.update(port.number(), device);
        for (StaticEntry entry : staticEntries) {
            if (entry.port().equals(name) && !table.putStatic(key(entry), port.number())) {
                LOG.warn("{}: static entry {}: the table is full", spec.name(), entry);
            }
        }
    }

    private void serve(String name) {
        publish();
        try {
            attach(live.get(name));
        } catch (RuntimeException e) {
            removePort(name);
            throw e;
        }
    }

    private void attach(@Nullable SwitchPort port) {
        if (port != null) {
            XdpProgram program = new SwitchProgram(spec.name(), port, table, devMap, switchMap);
            port.setAttached(port.device().attach(program));
        }
    }

    private void leave(SwitchPort port) {
        live.remove(port.device().name());
        devMap.delete(port.number());
        publish();
        table.removePort(port.number(), true);
    }

    private int freeNumber() {
        for (int number = 0; number < SwitchSpec.MAX_PORTS; number++) {
            if (!numbers.containsValue(number)) {
                return number;
            }
        }
        throw new IllegalArgumentException(
                spec.name()
                        + ": ports: "
                        + (numbers.size() + 1)
                        + " (expected: at most "
                        + SwitchSpec.MAX_PORTS
                        + ")");
    }

    private void publish() {
        Map<MirrorSpec, DeviceTarget> mirrors = new LinkedHashMap<>();
        for (MirrorSpec mirror : spec.mirrors()) {
            datapath.device(mirror.to())
                    .ifPresent(device -> mirrors.put(mirror, datapath.target(device)));
        }
        switchMap.setTopology(new SwitchTopology(live.values(), spec.vlanAware(), mirrors));
    }

    // ---- table of addresses

    /// The addresses the switch knows, by VLAN and address.
    public synchronized List<FdbEntry> fdb() {
        Map<Integer, String> names = new HashMap<>();
        numbers.forEach((name, number) -> names.put(number, name));
        return table.snapshot().stream()
                .filter(entry -> names.containsKey(entry.port()))
                .map(entry -> row(entry, names.getOrDefault(entry.port(), "")))
                .sorted(Comparator.comparingInt(FdbEntry::vlan).thenComparingLong(FdbEntry::mac))
                .toList();
    }

    private static FdbEntry row(MacEntry entry, String port) {
        return new FdbEntry(entry.mac(), entry.vlan(), port, entry.isStatic(), entry.ageSeconds());
    }

    /// Sets an address that neither ages nor moves, in place of what the switch knew of it. It
    /// counts while its port is in service. False when the table is full.
    public synchronized boolean addStatic(StaticEntry entry) {
        SwitchSpec.checkStatic(spec.name(), spec.vlanAware(), entry);
        SwitchPort port = live.get(entry.port());
        if (port != null && !table.putStatic(key(entry), port.number())) {
            return false;
        }
        staticEntries.removeIf(other -> key(other) == key(entry));
        staticEntries.add(entry);
        return true;
    }

    /// Forgets an address, also a static one. False when it is not known.
    public synchronized boolean forget(long mac, int vlan) {
        long key = MacTable.key(vlan, mac);
        boolean wasStatic = staticEntries.removeIf(entry -> key(entry) == key);
        boolean wasFound = table.remove(key);
        return wasStatic || wasFound;
    }

    /// Forgets all learnt addresses.
    public synchronized void flush() {
        live.values().forEach(port -> table.removePort(port.number(), false));
    }

    private static long key(StaticEntry entry) {
        return MacTable.key(entry.vlan(), entry.mac());
    }

    // ---- views

    /// What the switch was made of.
    public SwitchSpec spec() {
        return spec;
    }

    /// Addresses in the table.
    public int fdbSize() {
        return table.size();
    }

    /// Counters of the ports in service, in the order they were added.
    public synchronized List<SwitchPortStats> stats() {
        return live.values().stream().map(SwitchPort::stats).toList();
    }

    @Override
    public String toString() {
        return "switch " + spec.name();
    }
}
