package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.RedirectMap;
import org.jspecify.annotations.Nullable;

/// Opens what stands behind redirect maps.
@FunctionalInterface
public interface Backends {
    /// What stands behind a map; null for one that takes every entry and redirects nowhere.
    ///
    /// @param id the map's
    RedirectMap.@Nullable Backend open(MapSpec spec, int id);
}
