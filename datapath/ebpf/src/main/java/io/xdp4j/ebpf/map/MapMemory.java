package io.xdp4j.ebpf.map;

import java.lang.foreign.Arena;

/// The memory of one map, zeroed, freed at once.
///
/// Thread: any.
/// Owns: an arena, until [#close].
final class MapMemory implements AutoCloseable {
    private final Arena arena = Arena.ofShared();

    long allocate(long bytes, int alignment) {
        return arena.allocate(bytes, alignment).address();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
