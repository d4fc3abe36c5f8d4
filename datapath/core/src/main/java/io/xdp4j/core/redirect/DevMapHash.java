package io.xdp4j.core.redirect;

import static io.xdp4j.core.redirect.UpdateFlags.BPF_NOEXIST;
import static io.xdp4j.ebpf.Errno.E2BIG;
import static io.xdp4j.ebpf.Errno.EEXIST;
import static io.xdp4j.ebpf.Errno.EINVAL;
import static io.xdp4j.ebpf.Errno.ENOENT;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.Tracepoints;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.MapException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Devices by any 32-bit key.
///
/// Readers see an immutable open-addressed table; each update publishes a new one.
///
/// Thread: updates any thread; look-ups any worker, without a lock.
/// Kernel: `BPF_MAP_TYPE_DEVMAP_HASH`.
public final class DevMapHash implements DeviceMap {
    private final Datapath datapath;
    private final String name;
    private final int id;
    private final Tracepoints.Subscription unregisterListener;
    private final int maxEntries;
    private final Map<Integer, DevMapEntry> entries = new LinkedHashMap<>();
    private volatile Table table = Table.of(Map.of());
    private IntConsumer gone = _ -> {};

    /// A map of at most `maxEntries` devices.
    public DevMapHash(Datapath datapath, String name, int maxEntries) {
        this(datapath, name, maxEntries, datapath.nextMapId());
    }

    /// The same under an id of the caller's, as tracepoints show it.
    public DevMapHash(Datapath datapath, String name, int maxEntries, int id) {
        if (maxEntries < 1) {
            throw new MapException(
                    EINVAL, name + ": max_entries: " + maxEntries + " (expected: > 0)");
        }
        this.datapath = datapath;
        this.name = name;
        this.id = id;
        this.maxEntries = maxEntries;
        this.unregisterListener = datapath.onUnregister(this::removeDevice);
    }

    /// Puts a device under a key. `BPF_EXIST` on a missing key inserts, as the kernel does.
    ///
    /// Fails: [MapException]: EINVAL for bad flags, EEXIST with `BPF_NOEXIST`, E2BIG when full.
    @Override
    public synchronized void update(
            int key, NetDevice device, @Nullable XdpProgram egress, int flags) {
        UpdateFlags.check(name, flags);
        boolean exists = entries.containsKey(key);
        if (exists && flags == BPF_NOEXIST) {
            throw new MapException(EEXIST, name + ": key " + key + " is there already");
        }
        if (!exists && entries.size() >= maxEntries) {
            throw new MapException(E2BIG, name + ": full (max_entries: " + maxEntries + ")");
        }
        entries.put(key, DevMap.entry(datapath, device, egress));
        table = Table.of(entries);
    }

    public void update(int key, NetDevice device) {
        update(key, device, null, UpdateFlags.BPF_ANY);
    }

    /// Takes a key out. Fails: [MapException] ENOENT when it is missing.
    @Override
    public synchronized void delete(int key) {
        if (entries.remove(key) == null) {
            throw new MapException(ENOENT, name + ": no key " + key);
        }
        table = Table.of(entries);
    }

    @Override
    public void close() {
        unregisterListener.close();
    }

    private synchronized void removeDevice(NetDevice device) {
        List<Integer> keys = new ArrayList<>();
        entries.forEach((key, entry) -> {
            if (entry.target().device().equals(device)) {
                keys.add(key);
            }
        });
        entries.keySet().removeAll(keys);
        table = Table.of(entries);
        keys.forEach(gone::accept);
    }

    @Override
    public synchronized void whenGone(IntConsumer keys) {
        gone = keys;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public long redirectFlags() {
        return BROADCAST | EXCLUDE_INGRESS;
    }

    @HotPath
    @Override
    public @Nullable RedirectTarget lookup(int key) {
        return table.get(key);
    }

    @HotPath
    @Override
    public int broadcast(XdpFrame frame, XdpRxqInfo ingress, int cpu, boolean excludeIngress) {
        Broadcast.send(table.values, datapath.workers().get(cpu), frame, ingress, excludeIngress);
        return 0;
    }

    @Override
    public String toString() {
        return "devmap_hash " + name;
    }

    /// One state of the map: open addressing, at most half full.
    private static final class Table {
        private static final int GOLDEN = 0x9e3779b9;

        private final int[] keys;
        private final @Nullable DevMapEntry[] values;
        private final int shift;

        private Table(int bits) {
            keys = new int[1 << bits];
            values = new DevMapEntry[1 << bits];
            shift = 32 - bits;
        }

        static Table of(Map<Integer, DevMapEntry> entries) {
            int bits = Math.max(2, 33 - Integer.numberOfLeadingZeros(entries.size()));
            Table table = new Table(bits);
            entries.forEach(table::put);
            return table;
        }

        private void put(int key, DevMapEntry value) {
            int at = (key * GOLDEN) >>> shift;
            while (values[at] != null) {
                at = (at + 1) & (values.length - 1);
            }
            keys[at] = key;
            values[at] = value;
        }

        @HotPath
        private @Nullable DevMapEntry get(int key) {
            int at = (key * GOLDEN) >>> shift;
            DevMapEntry value = values[at];
            while (value != null && keys[at] != key) {
                at = (at + 1) & (values.length - 1);
                value = values[at];
            }
            return value;
        }
    }
}
