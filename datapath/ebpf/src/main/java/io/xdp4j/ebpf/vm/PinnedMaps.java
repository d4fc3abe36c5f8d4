package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.map.BpfMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// The maps that objects share by their names.
///
/// A pin lasts while an object that names it is loaded. The kernel's lasts until somebody removes its
/// file.
///
/// Thread: any.
/// Owns: nothing; who gives a map back as the last frees it.
/// Kernel: `/sys/fs/bpf`, where libbpf pins maps by name.
public final class PinnedMaps {
    private static final class Pin {
        final BpfMap map;
        int users;

        Pin(BpfMap map) {
            this.map = map;
        }
    }

    private final Map<String, Pin> pins = new HashMap<>();

    PinnedMaps() {}

    /// The map of that name, which the first to ask makes.
    public synchronized BpfMap share(String name, Supplier<BpfMap> make) {
        Pin pin = pins.computeIfAbsent(name, _ -> new Pin(make.get()));
        pin.users++;
        return pin.map;
    }

    /// Gives a map back, pinned or not; true when nobody else has it.
    public synchronized boolean giveBack(BpfMap map) {
        Pin pin = pins.get(map.name());
        if (pin == null || !pin.map.equals(map)) {
            return true;
        }
        pin.users--;
        if (pin.users == 0) {
            pins.remove(map.name());
        }
        return pin.users == 0;
    }
}
