package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;

/// What may stand in a map of maps.
///
/// Kernel: `bpf_map_meta_equal`, `array_map_meta_equal`.
final class InnerMaps {
    private InnerMaps() {}

    /// The handle of the map with the descriptor at `value`, or a negated errno.
    static long resolve(MapSpec outer, MapEnvironment environment, long value) {
        BpfMap map = environment.map(RawMemory.getInt(value));
        if (map == null) {
            return -Errno.EBADF;
        }
        MapSpec template = outer.inner();
        return template == null || isAlike(template, map.spec()) ? map.handle() : -Errno.EINVAL;
    }

    private static boolean isAlike(MapSpec template, MapSpec other) {
        boolean hasFixedLength =
                template.type() == MapType.ARRAY && (template.flags() & MapFlags.INNER_MAP) == 0;
        return template.type() == other.type()
                && template.keySize() == other.keySize()
                && template.valueSize() == other.valueSize()
                && template.flags() == other.flags()
                && template.fields().equals(other.fields())
                && (!hasFixedLength || template.maxEntries() == other.maxEntries());
    }

    /// The id in a handle, as users see an inner map.
    static byte[] toUser(long handle) {
        int id = (int) ((handle - BpfMap.HANDLE_BASE) / BpfMap.HANDLE_STEP);
        return new byte[] {(byte) id, (byte) (id >> 8), (byte) (id >> 16), (byte) (id >> 24)};
    }
}
