package io.xdp4j.core.redirect;

/// Flags of a map update.
///
/// Kernel: `BPF_ANY`, `BPF_NOEXIST`, `BPF_EXIST`.
public final class UpdateFlags {
    public static final int BPF_ANY = 0;
    public static final int BPF_NOEXIST = 1;
    public static final int BPF_EXIST = 2;

    static final int ENOENT = 2;
    static final int E2BIG = 7;
    static final int EEXIST = 17;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int EOVERFLOW = 75;
    static final int EOPNOTSUPP = 95;

    private UpdateFlags() {}

    static void check(String map, int flags) {
        if (flags < BPF_ANY || flags > BPF_EXIST) {
            throw new MapException(
                    EINVAL, map + ": EINVAL: flags: " + flags + " (expected: 0, 1 or 2)");
        }
    }

    static void checkIndex(String map, int key, int maxEntries) {
        if (Integer.compareUnsigned(key, maxEntries) >= 0) {
            throw new MapException(
                    E2BIG,
                    map
                            + ": E2BIG: key: "
                            + Integer.toUnsignedString(key)
                            + " (expected: below max_entries "
                            + maxEntries
                            + ")");
        }
    }
}
