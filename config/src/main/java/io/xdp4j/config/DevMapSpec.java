package io.xdp4j.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A map from number to device, the target of redirects.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `BPF_MAP_TYPE_DEVMAP` and `BPF_MAP_TYPE_DEVMAP_HASH`, kernel/bpf/devmap.c.
///
/// @param name the map's name
/// @param type array or hash
/// @param maxEntries size of the array, or most keys of the hash
/// @param entries rising by key, each key once
/// @param at where it was written
public record DevMapSpec(
        String name, Type type, int maxEntries, List<Entry> entries, SourceLocation at) {

    /// Copies the list.
    public DevMapSpec {
        entries = List.copyOf(entries);
    }

    /// How keys are looked up.
    public enum Type {
        /// An array: keys are below `maxEntries`.
        DEVMAP,
        /// A hash: any key.
        DEVMAP_HASH
    }

    /// One device of the map (`struct bpf_devmap_val`).
    ///
    /// @param key where it stands
    /// @param device name of the device
    /// @param program run on the frames before the device sends them; null for none
    public record Entry(int key, String device, @Nullable String program) {}
}
