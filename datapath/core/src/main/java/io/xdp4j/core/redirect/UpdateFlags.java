package io.xdp4j.core.redirect;

import static io.xdp4j.ebpf.Errno.E2BIG;
import static io.xdp4j.ebpf.Errno.EINVAL;

import io.xdp4j.ebpf.MapException;

/// Flags of a map update.
///
/// Kernel: `BPF_ANY`, `BPF_NOEXIST`, `BPF_EXIST`.
public final class UpdateFlags {
    public static final int BPF_ANY = 0;
    public static final int BPF_NOEXIST = 1;
    public static final int BPF_EXIST = 2;

    private UpdateFlags() {}

    static void check(String map, int flags) {
        if (flags < BPF_ANY || flags > BPF_EXIST) {
            throw new MapException(EINVAL, map + ": flags: " + flags + " (expected: 0, 1 or 2)");
        }
    }

    static void checkIndex(String map, int key, int maxEntries) {
        if (Integer.compareUnsigned(key, maxEntries) >= 0) {
            throw new MapException(
                    E2BIG,
                    map
                            + ": key: "
                            + Integer.toUnsignedString(key)
                            + " (expected: below max_entries "
                            + maxEntries
                            + ")");
        }
    }
}
