package io.xdp4j.core.bpf;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.program.LiveBackend;
import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.redirect.DevMapHash;
import io.xdp4j.core.redirect.DeviceMap;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.core.redirect.XskMap;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.map.MapSpec;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Puts a datapath's cpumaps, devmaps and xskmaps behind the redirect maps of eBPF objects.
///
/// Thread: control threads.
/// Kernel: `cpu_map_update_elem`, `dev_map_update_elem`.
public final class DatapathBackends {
    private final Datapath datapath;
    private final IntFunction<Optional<XdpProgram>> programs;

    /// @param programs the program with an id, for the second word of an entry's value
    public DatapathBackends(Datapath datapath, IntFunction<Optional<XdpProgram>> programs) {
        this.datapath = datapath;
        this.programs = programs;
    }

    /// What stands behind a map of that description.
    ///
    /// Fails: [UnsupportedException] for a type that this datapath has no targets for.
    ///
    /// @param id the map's
    public LiveBackend open(MapSpec spec, int id) {
        return switch (spec.type()) {
            case CPUMAP -> new Cpus(new CpuMap(datapath, spec.name(), spec.maxEntries(), id));
            case DEVMAP -> new Devices(new DevMap(datapath, spec.name(), spec.maxEntries(), id));
            case DEVMAP_HASH ->
                    new Devices(new DevMapHash(datapath, spec.name(), spec.maxEntries(), id));
            case XSKMAP -> new Sockets(new XskMap(datapath, spec.name(), spec.maxEntries(), id));
            default ->
                    throw new UnsupportedException(
                            spec.name()
                                    + ": "
                                    + spec.type().text()
                                    + ": a datapath has no targets for it (expected: cpumap, devmap,"
                                    + " devmap_hash or xskmap)");
        };
    }

    /// The update as an errno.
    private static int tried(Runnable update) {
        try {
            update.run();
            return 0;
        } catch (MapException e) {
            return -e.errno();
        }
    }

    private @Nullable NetDevice device(int ifindex) {
        for (NetDevice device : datapath.devices()) {
            if (device.ifindex() == ifindex) {
                return device;
            }
        }
        return null;
    }

    /// An entry's program; false in `known` when there is none with that id.
    private record Second(boolean known, @Nullable XdpProgram program) {}

    private Second second(int id) {
        if (id == 0) {
            return new Second(true, null);
        }
        Optional<XdpProgram> found = programs.apply(id);
        return new Second(found.isPresent(), found.orElse(null));
    }

    private final class Cpus implements LiveBackend {
        private final CpuMap map;

        private Cpus(CpuMap map) {
            this.map = map;
        }

        @Override
        public RedirectMap map() {
            return map;
        }

        @Override
        public int set(int key, int value, int programFd) {
            Second second = second(programFd);
            return second.known()
                    ? tried(() -> map.update(key, value, second.program(), UpdateFlags.BPF_ANY))
                    : -Errno.ENOMEM;
        }

        @Override
        public void clear(int key) {
            map.delete(key);
        }

        @Override
        public void close() {
            map.all().forEach(entry -> map.delete(entry.cpu()));
        }
    }

    private final class Devices implements LiveBackend {
        private final DeviceMap map;

        private Devices(DeviceMap map) {
            this.map = map;
        }

        @Override
        public RedirectMap map() {
            return map;
        }

        @Override
        public int set(int key, int value, int programFd) {
            NetDevice device = device(value);
            Second second = second(programFd);
            return device != null && second.known()
                    ? tried(() -> map.update(key, device, second.program(), UpdateFlags.BPF_ANY))
                    : -Errno.EINVAL;
        }

        @Override
        public void clear(int key) {
            map.delete(key);
        }

        @Override
        public void whenGone(IntConsumer keys) {
            map.whenGone(keys);
        }

        @Override
        public void close() {
            map.close();
        }
    }

    private static final class Sockets implements LiveBackend {
        private final XskMap map;

        private Sockets(XskMap map) {
            this.map = map;
        }

        @Override
        public RedirectMap map() {
            return map;
        }

        @Override
        public int set(int key, int value, int programFd) {
            return tried(() -> map.update(key, value, UpdateFlags.BPF_ANY));
        }

        @Override
        public void clear(int key) {
            map.delete(key);
        }

        @Override
        public void whenGone(IntConsumer keys) {
            map.whenGone(keys);
        }

        @Override
        public void close() {
            map.close();
        }
    }
}
