package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import org.jspecify.annotations.Nullable;

/// A map as registers refer to it: a live one, or what the entries of a map of maps look like.
///
/// Two are the same map when they are the same object.
final class MapRef {
    private final MapSpec spec;
    private final @Nullable BpfMap live;
    private final @Nullable MapRef inner;

    private MapRef(MapSpec spec, @Nullable BpfMap live) {
        this.spec = spec;
        this.live = live;
        MapSpec of = spec.inner();
        this.inner = of == null ? null : new MapRef(of, null);
    }

    static MapRef of(BpfMap map) {
        return new MapRef(map.spec(), map);
    }

    MapSpec spec() {
        return spec;
    }

    MapType type() {
        return spec.type();
    }

    /// Null for an inner map.
    @Nullable BpfMap live() {
        return live;
    }

    @Nullable MapRef inner() {
        return inner;
    }

    int keySize() {
        return spec.keySize();
    }

    int valueSize() {
        return spec.valueSize();
    }

    boolean programMayRead() {
        return (spec.flags() & MapFlags.WRONLY_PROG) == 0;
    }

    boolean programMayWrite() {
        return (spec.flags() & MapFlags.RDONLY_PROG) == 0;
    }

    /// True when nobody can change the contents any more.
    boolean isConstant() {
        return live != null && live.isFrozen() && !programMayWrite();
    }

    boolean hasDirectValues() {
        return live != null && live.valueBase() != 0;
    }

    MapSpec.@Nullable SpecialField field(String kind) {
        return spec.field(kind);
    }

    boolean hasField(String kind) {
        return spec.field(kind) != null;
    }
}
