package io.xdp4j.core.redirect;

import static io.xdp4j.core.redirect.UpdateFlags.BPF_NOEXIST;
import static io.xdp4j.ebpf.Errno.EEXIST;
import static io.xdp4j.ebpf.Errno.EINVAL;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.core.program.XdpAttachType;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.Tracepoints;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.MapException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Devices by index.
///
/// Thread: updates any thread; look-ups any worker, without a lock. An entry taken out may still
/// get the frames of polls under way.
/// Kernel: `BPF_MAP_TYPE_DEVMAP`, kernel/bpf/devmap.c.
public final class DevMap implements DeviceMap {
    private final Datapath datapath;
    private final String name;
    private final int id;
    private final Tracepoints.Subscription unregisterListener;
    private final AtomicReferenceArray<@Nullable DevMapEntry> entries;
    private volatile @Nullable DevMapEntry[] present = new DevMapEntry[0];
    private IntConsumer gone = _ -> {};

    /// A map of `maxEntries` slots, all empty.
    public DevMap(Datapath datapath, String name, int maxEntries) {
        this(datapath, name, maxEntries, datapath.nextMapId());
    }

    /// The same under an id of the caller's, as tracepoints show it.
    public DevMap(Datapath datapath, String name, int maxEntries, int id) {
        if (maxEntries < 1) {
            throw new MapException(
                    EINVAL, name + ": max_entries: " + maxEntries + " (expected: > 0)");
        }
        this.datapath = datapath;
        this.name = name;
        this.id = id;
        this.entries = new AtomicReferenceArray<>(maxEntries);
        this.unregisterListener = datapath.onUnregister(this::removeDevice);
    }

    /// Puts a device into a slot.
    ///
    /// Fails: [MapException]: EINVAL for bad flags, E2BIG for the index, EEXIST with `BPF_NOEXIST`.
    @Override
    public void update(int key, NetDevice device, @Nullable XdpProgram egress, int flags) {
        UpdateFlags.check(name, flags);
        UpdateFlags.checkIndex(name, key, entries.length());
        if (flags == BPF_NOEXIST) {
            throw new MapException(EEXIST, name + ": an array's slots exist always");
        }
        synchronized (this) {
            entries.set(key, entry(datapath, device, egress));
            publish();
        }
    }

    public void update(int key, NetDevice device) {
        update(key, device, null, UpdateFlags.BPF_ANY);
    }

    /// Fails: [MapException] EINVAL for a program that was not loaded for devmap entries.
    static DevMapEntry entry(Datapath datapath, NetDevice device, @Nullable XdpProgram egress) {
        if (egress != null && !egress.attachType().fits(XdpAttachType.DEVMAP)) {
            throw new MapException(
                    EINVAL,
                    "program: "
                            + egress.name()
                            + " (expected: one for devmap entries, section xdp/devmap)");
        }
        return new DevMapEntry(
                datapath.target(device), egress == null ? null : datapath.loaded(egress));
    }

    /// Empties a slot; no error when it is empty.
    @Override
    public synchronized void delete(int key) {
        if (Integer.compareUnsigned(key, entries.length()) >= 0) {
            throw new MapException(
                    EINVAL, name + ": key: " + key + " (expected: below max_entries)");
        }
        entries.set(key, null);
        publish();
    }

    @Override
    public void close() {
        unregisterListener.close();
    }

    private synchronized void removeDevice(NetDevice device) {
        for (int key = 0; key < entries.length(); key++) {
            DevMapEntry entry = entries.get(key);
            if (entry != null && entry.target().device().equals(device)) {
                entries.set(key, null);
                gone.accept(key);
            }
        }
        publish();
    }

    @Override
    public synchronized void whenGone(IntConsumer keys) {
        gone = keys;
    }

    private void publish() {
        DevMapEntry[] all = new DevMapEntry[entries.length()];
        int count = 0;
        for (int key = 0; key < all.length; key++) {
            DevMapEntry entry = entries.get(key);
            if (entry != null) {
                all[count++] = entry;
            }
        }
        present = Arrays.copyOf(all, count);
    }

    /// The device in a slot.
    public Optional<NetDevice> get(int key) {
        if (Integer.compareUnsigned(key, entries.length()) >= 0) {
            return Optional.empty();
        }
        return Optional.ofNullable(entries.get(key)).map(entry -> entry.target().device());
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
        return BROADCAST | EXCLUDE_INGRESS;
    }

    @HotPath
    @Override
    public @Nullable RedirectTarget lookup(int key) {
        return Integer.compareUnsigned(key, entries.length()) < 0 ? entries.get(key) : null;
    }

    @HotPath
    @Override
    public int broadcast(XdpFrame frame, XdpRxqInfo ingress, int cpu, boolean excludeIngress) {
        Broadcast.send(present, datapath.workers().get(cpu), frame, ingress, excludeIngress);
        return 0;
    }

    @Override
    public String toString() {
        return "devmap " + name;
    }
}
