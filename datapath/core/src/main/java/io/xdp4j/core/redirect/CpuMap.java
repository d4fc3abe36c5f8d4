package io.xdp4j.core.redirect;

import static io.xdp4j.core.redirect.UpdateFlags.BPF_NOEXIST;
import static io.xdp4j.ebpf.Errno.E2BIG;
import static io.xdp4j.ebpf.Errno.EEXIST;
import static io.xdp4j.ebpf.Errno.EINVAL;
import static io.xdp4j.ebpf.Errno.ENODEV;
import static io.xdp4j.ebpf.Errno.ENOMEM;
import static io.xdp4j.ebpf.Errno.EOVERFLOW;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.core.program.XdpAttachType;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.MapException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Workers as redirect targets.
///
/// Every update builds a new ring and poller; the one it replaces drains to the host side.
///
/// Thread: updates any thread; look-ups any worker, without a lock.
/// Kernel: `BPF_MAP_TYPE_CPUMAP`, kernel/bpf/cpumap.c.
public final class CpuMap implements RedirectMap {
    /// Largest ring.
    public static final int MAX_QSIZE = 16384;

    private static final int NR_CPUS = 8192;

    private final Datapath datapath;
    private final String name;
    private final int id;
    private final AtomicReferenceArray<@Nullable CpuMapEntry> entries;

    /// Replaced or deleted, and not yet seen empty.
    private final List<CpuMapEntry> leaving = new ArrayList<>();

    /// A map for CPUs 0..maxEntries-1.
    public CpuMap(Datapath datapath, String name, int maxEntries) {
        this(datapath, name, maxEntries, datapath.nextMapId());
    }

    /// The same under an id of the caller's, as tracepoints show it.
    public CpuMap(Datapath datapath, String name, int maxEntries, int id) {
        if (maxEntries < 1) {
            throw new MapException(
                    EINVAL, name + ": max_entries: " + maxEntries + " (expected: > 0)");
        }
        if (maxEntries > NR_CPUS) {
            throw new MapException(
                    E2BIG,
                    name + ": max_entries: " + maxEntries + " (expected: <= " + NR_CPUS + ")");
        }
        this.datapath = datapath;
        this.name = name;
        this.id = id;
        this.entries = new AtomicReferenceArray<>(maxEntries);
    }

    /// Sets a CPU's ring size and program; size 0 deletes the entry.
    ///
    /// Fails: [MapException]: EINVAL flags, E2BIG key, EEXIST with `BPF_NOEXIST` always, EOVERFLOW
    /// above [#MAX_QSIZE], ENODEV for a CPU that no worker stands for, ENOMEM for a program that was
    /// not loaded for cpumap entries.
    public void update(int cpu, int qsize, @Nullable XdpProgram program, int flags) {
        UpdateFlags.check(name, flags);
        UpdateFlags.checkIndex(name, cpu, entries.length());
        if (flags == BPF_NOEXIST) {
            throw new MapException(EEXIST, name + ": an array's slots exist always");
        }
        if (qsize < 0 || qsize > MAX_QSIZE) {
            throw new MapException(
                    EOVERFLOW, name + ": qsize: " + qsize + " (expected: 0.." + MAX_QSIZE + ")");
        }
        if (cpu >= datapath.workers().size()) {
            throw new MapException(
                    ENODEV,
                    name
                            + ": cpu: "
                            + cpu
                            + " (expected: below the "
                            + datapath.workers().size()
                            + " workers)");
        }
        if (qsize != 0 && program != null && !program.attachType().fits(XdpAttachType.CPUMAP)) {
            throw new MapException(
                    ENOMEM,
                    name
                            + ": program: "
                            + program.name()
                            + " (expected: one for cpumap entries, section xdp/cpumap)");
        }
        CpuMapEntry next =
                qsize == 0
                        ? null
                        : new CpuMapEntry(
                                datapath,
                                id,
                                cpu,
                                qsize,
                                program == null ? null : datapath.loaded(program));
        replace(cpu, next);
    }

    public void update(int cpu, int qsize) {
        update(cpu, qsize, null, UpdateFlags.BPF_ANY);
    }

    /// Removes a CPU; what its ring holds goes on to the host side. No error when it is empty.
    public void delete(int cpu) {
        if (Integer.compareUnsigned(cpu, entries.length()) >= 0) {
            throw new MapException(
                    EINVAL, name + ": key: " + cpu + " (expected: below max_entries)");
        }
        replace(cpu, null);
    }

    private void replace(int cpu, @Nullable CpuMapEntry next) {
        CpuMapEntry old = entries.getAndSet(cpu, next);
        if (old != null) {
            // Bulk queues of polls under way reach the ring first; then the last wake-up drains it.
            datapath.workers().synchronize();
            synchronized (leaving) {
                leaving.removeIf(entry -> !entry.hasWork());
                leaving.add(old);
            }
            old.wake();
        }
    }

    /// True when no replaced or deleted entry holds frames; their programs may still be running on the
    /// last ones until the workers are synchronized.
    public boolean hasDrained() {
        synchronized (leaving) {
            leaving.removeIf(entry -> !entry.hasWork());
            return leaving.isEmpty();
        }
    }

    /// The entry of a CPU.
    public Optional<CpuMapEntry> get(int cpu) {
        return Optional.ofNullable((CpuMapEntry) lookup(cpu));
    }

    /// All entries in order of CPU.
    public List<CpuMapEntry> all() {
        List<CpuMapEntry> all = new ArrayList<>();
        for (int cpu = 0; cpu < entries.length(); cpu++) {
            CpuMapEntry entry = entries.get(cpu);
            if (entry != null) {
                all.add(entry);
            }
        }
        return all;
    }

    public String name() {
        return name;
    }

    public int maxEntries() {
        return entries.length();
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public long redirectFlags() {
        return 0;
    }

    @HotPath
    @Override
    public @Nullable RedirectTarget lookup(int key) {
        return Integer.compareUnsigned(key, entries.length()) < 0 ? entries.get(key) : null;
    }

    @Override
    public int broadcast(XdpFrame frame, XdpRxqInfo ingress, int cpu, boolean excludeIngress) {
        return -Redirector.EOPNOTSUPP;
    }

    @Override
    public String toString() {
        return "cpumap " + name;
    }
}
