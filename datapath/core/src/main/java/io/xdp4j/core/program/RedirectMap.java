package io.xdp4j.core.program;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import org.jspecify.annotations.Nullable;

/// A map that `bpf_redirect_map` takes: cpumap, devmap, devmap_hash.
///
/// Kernel: `map_redirect` of `struct bpf_map_ops`.
public interface RedirectMap {
    /// Sends to all entries (`BPF_F_BROADCAST`).
    long BROADCAST = io.xdp4j.ebpf.map.RedirectMap.BROADCAST;

    /// With [#BROADCAST], not back to where the packet came in (`BPF_F_EXCLUDE_INGRESS`).
    long EXCLUDE_INGRESS = io.xdp4j.ebpf.map.RedirectMap.EXCLUDE_INGRESS;

    /// Map id, unique in the datapath.
    int id();

    /// Flag bits this map accepts besides the low two.
    long redirectFlags();

    /// The entry, or null: then the helper's miss rule applies.
    @Nullable RedirectTarget lookup(int key);

    /// Sends copies to every entry; the last usable one gets the frame itself.
    ///
    /// Owns: always takes the frame; with no usable entry it is freed.
    /// Fails: a negative errno where the map cannot broadcast; the caller then keeps the frame.
    int broadcast(XdpFrame frame, XdpRxqInfo ingress, int cpu, boolean excludeIngress);
}
