package io.xdp4j.config.assembly;

import io.xdp4j.config.ConfigException;
import io.xdp4j.config.CpuMapSpec;
import io.xdp4j.config.DatapathConfig;
import io.xdp4j.config.DevMapSpec;
import io.xdp4j.config.DeviceSpec;
import io.xdp4j.config.NetworkSpec;
import io.xdp4j.config.ProgramSpec;
import io.xdp4j.config.SourceLocation;
import io.xdp4j.config.SwitchSpec;
import io.xdp4j.config.WorkersSpec;
import io.xdp4j.control.DatapathHost;
import io.xdp4j.control.DatapathObjects;
import io.xdp4j.core.bpf.Fib;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.XdpAttachException;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.redirect.DevMapHash;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.programs.bridge.LearningSwitch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A datapath made of its configuration: devices, maps, programs and switches.
///
/// Order: devices, cpumaps and devmaps, programs, switches; [#start] then brings the devices up. An
/// error while it is made closes what was made before.
///
/// Thread: any but a worker's.
/// Owns: the datapath and all in it, until [#close].
/// Fails: [ConfigException] with the line of what cannot be made, [DeviceException] for a device.
public final class RunningDatapath implements AutoCloseable {
    private final Parts parts;
    private final DatapathObjects objects;
    private final DatapathHost host;
    private final ProgramFactory programs;
    private @Nullable Fib fib;
    private final List<LearningSwitch> switches = new ArrayList<>();

    private RunningDatapath(DatapathConfig config, Datapath datapath) {
        this.parts = new Parts(datapath);
        this.objects = new DatapathObjects(datapath);
        this.host =
                new DatapathHost(datapath, objects, () -> List.copyOf(parts.cpuMaps().values()));
        this.programs =
                new ProgramFactory(config, parts, new ObjectFactory(config, parts, objects));
    }

    /// Makes everything; no frame moves before [#start].
    public static RunningDatapath open(DatapathConfig config) {
        Datapath datapath =
                Datapath.builder()
                        .workers(config.workers().count())
                        .frames(config.frames())
                        .pin(pinned(config.workers()))
                        .build();
        RunningDatapath running = new RunningDatapath(config, datapath);
        try {
            running.make(config);
            return running;
        } catch (Throwable e) {
            running.close();
            throw e;
        }
    }

    private static List<Integer> pinned(WorkersSpec workers) {
        if (!workers.pin()) {
            return List.of();
        }
        return workers.cpus().isEmpty()
                ? IntStream.range(0, workers.count()).boxed().toList()
                : workers.cpus();
    }

    private void make(DatapathConfig config) {
        config.devices().forEach(this::device);
        fib = fib(config.network());
        // A map's programs may redirect to other maps, so all maps exist before they are filled.
        config.cpumaps().forEach(this::cpuMap);
        config.devmaps().forEach(this::devMap);
        config.cpumaps().forEach(this::fillCpuMap);
        config.devmaps().forEach(this::fillDevMap);
        config.programs().forEach(this::attach);
        config.switches().forEach(this::bridge);
    }

    private Fib fib(NetworkSpec spec) {
        return switch (spec.follow()) {
            case HOST -> Fib.followingHost(parts.datapath(), spec.entries());
            case NONE -> Fib.of(parts.datapath(), spec.entries());
        };
    }

    private void device(DeviceSpec spec) {
        try {
            parts.datapath().open(DeviceOptions.of(spec));
        } catch (DeviceException e) {
            throw switch (e.kind()) {
                case USAGE -> new ConfigException(spec.at(), reason(e));
                case INPUT -> new DeviceException(e.kind(), spec.at() + ": " + reason(e), e);
                case UNSUPPORTED, PERMISSION, RUNTIME -> e;
            };
        }
    }

    private static String reason(RuntimeException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private void cpuMap(CpuMapSpec spec) {
        int size = 1 + spec.entries().stream().mapToInt(CpuMapSpec.Entry::cpu).max().orElse(0);
        parts.cpuMaps().put(spec.name(), new CpuMap(parts.datapath(), spec.name(), size));
    }

    private void fillCpuMap(CpuMapSpec spec) {
        CpuMap map = parts.cpuMap(spec.name());
        for (CpuMapSpec.Entry entry : spec.entries()) {
            checked(
                    spec.at(),
                    () ->
                            map.update(
                                    entry.cpu(),
                                    entry.qsize(),
                                    program(entry.program()),
                                    UpdateFlags.BPF_ANY));
        }
    }

    private void devMap(DevMapSpec spec) {
        parts.devMaps()
                .put(
                        spec.name(),
                        switch (spec.type()) {
                            case DEVMAP ->
                                    new DevMap(parts.datapath(), spec.name(), spec.maxEntries());
                            case DEVMAP_HASH ->
                                    new DevMapHash(
                                            parts.datapath(), spec.name(), spec.maxEntries());
                        });
    }

    private void fillDevMap(DevMapSpec spec) {
        for (DevMapSpec.Entry entry : spec.entries()) {
            NetDevice device = parts.device(entry.device());
            XdpProgram egress = program(entry.program());
            checked(
                    spec.at(),
                    () ->
                            parts.devMap(spec.name())
                                    .update(entry.key(), device, egress, UpdateFlags.BPF_ANY));
        }
    }

    private @Nullable XdpProgram program(@Nullable String name) {
        return name == null ? null : programs.program(name);
    }

    private void attach(ProgramSpec spec) {
        XdpProgram program = programs.program(spec.name());
        for (String device : spec.attach()) {
            checked(spec.at(), () -> parts.device(device).attach(program));
        }
    }

    private void bridge(SwitchSpec spec) {
        checked(
                spec.at(),
                () -> {
                    LearningSwitch bridge = SwitchFactory.make(parts.datapath(), spec);
                    switches.add(bridge);
                    bridge.attach();
                });
    }

    private static void checked(SourceLocation at, Runnable step) {
        try {
            step.run();
        } catch (MapException | XdpAttachException | IllegalArgumentException e) {
            throw new ConfigException(at, reason(e));
        }
    }

    /// Brings all devices up.
    ///
    /// Fails: [DeviceException].
    public void start() {
        parts.datapath().up();
        Fib network = fib;
        if (network != null) {
            network.refresh();
        }
    }

    /// True when no device will receive anything more by itself: replays and counted generators
    /// have ended, and there is no real interface.
    public boolean isExhausted() {
        return parts.datapath().devices().stream().allMatch(NetDevice::isExhausted);
    }

    public Datapath datapath() {
        return parts.datapath();
    }

    /// The datapath as tools see it.
    public DatapathHost host() {
        return host;
    }

    public List<LearningSwitch> switches() {
        return List.copyOf(switches);
    }

    @Override
    public void close() {
        Fib network = fib;
        if (network != null) {
            network.close();
        }
        switches.forEach(LearningSwitch::close);
        parts.datapath().devices().forEach(NetDevice::detach);
        // Programs that run still end first; what redirect maps hold drains while workers live.
        parts.datapath().workers().synchronize();
        objects.close();
        parts.datapath().close();
    }
}
