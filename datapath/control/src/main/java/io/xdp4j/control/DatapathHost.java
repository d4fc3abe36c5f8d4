package io.xdp4j.control;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.trace.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A datapath with all that its sessions share.
///
/// Thread: any but a worker's.
/// Owns: nothing; the datapath and the objects belong to whoever made them.
public final class DatapathHost {
    private final Datapath datapath;
    private final DatapathObjects objects;
    private final Supplier<List<CpuMap>> configuredCpuMaps;
    private final long startNanos = System.nanoTime();

    /// @param configuredCpuMaps cpumaps that belong to no object
    public DatapathHost(
            Datapath datapath, DatapathObjects objects, Supplier<List<CpuMap>> configuredCpuMaps) {
        this.datapath = datapath;
        this.objects = objects;
        this.configuredCpuMaps = configuredCpuMaps;
    }

    public Datapath datapath() {
        return datapath;
    }

    public DatapathObjects objects() {
        return objects;
    }

    /// A session in this process.
    ///
    /// @param command what runs the datapath
    public DatapathControl connect(String command) {
        return new LocalControl(this, info(command));
    }

    /// All counters now.
    public Snapshot snapshot() {
        return snapshot(datapath.ledger());
    }

    /// The counters now, with a ledger taken before.
    public Snapshot snapshot(Ledger ledger) {
        List<CpuMap> cpuMaps =
                Stream.concat(configuredCpuMaps.get().stream(), objects.cpuMaps().stream())
                        .toList();
        return Snapshot.of(datapath, cpuMaps, startNanos, ledger);
    }

    private DatapathInfo info(String command) {
        return new DatapathInfo(
                ProcessHandle.current().pid(),
                command,
                datapath.workers().size(),
                networkNamespace());
    }

    /// The network namespace of this process; empty where there is no such thing.
    public static String networkNamespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
