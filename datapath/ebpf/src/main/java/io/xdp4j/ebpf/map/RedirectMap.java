package io.xdp4j.ebpf.map;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A map that `bpf_redirect_map` takes: devmap, devmap_hash, cpumap, xskmap.
///
/// The map keeps the entries' bytes and the kernel's rules; what an entry stands for is its
/// [Backend]'s business: a datapath's devices and workers, or the world of a test run.
///
/// Kernel: `map_redirect` of `struct bpf_map_ops`.
public abstract class RedirectMap extends BpfMap {
    /// Sends to all entries (`BPF_F_BROADCAST`).
    public static final long BROADCAST = 8;

    /// With [#BROADCAST], not back to where the packet came in (`BPF_F_EXCLUDE_INGRESS`).
    public static final long EXCLUDE_INGRESS = 16;

    /// What the entries of one map stand for.
    ///
    /// Thread: control calls come from one thread at a time.
    public interface Backend {
        /// Puts an entry in place.
        ///
        /// @param value the first word: ifindex, queue size, socket
        /// @param programFd second word: file descriptor or id of the entry's program, 0 for none
        /// @return 0, or a negated errno (ENODEV, EINVAL, ...): then the map is left as it was
        int set(int key, int value, int programFd);

        /// Takes an entry away.
        void clear(int key);

        /// Whom to tell the keys of entries that go because what they stand for has gone. May be
        /// called by any thread, until [#close].
        default void whenGone(IntConsumer keys) {}

        /// Frees what stands behind the map.
        void close();
    }

    RedirectMap(MapSpec spec, int id, int cpus) {
        super(spec, id, cpus);
    }

    /// Flag bits accepted besides the low two.
    public abstract long redirectFlags();

    /// True when there is an entry. Hot path.
    public abstract boolean hasEntry(int key);

    /// What stands behind the entries.
    public abstract @Nullable Backend backend();
}
