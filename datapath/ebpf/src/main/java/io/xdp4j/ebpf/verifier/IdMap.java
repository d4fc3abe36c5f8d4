package io.xdp4j.ebpf.verifier;

/// Pairs of ids of two states under comparison: equal ids of the one must be equal in the other.
///
/// Kernel: `struct bpf_idmap`, `check_ids`.
final class IdMap {
    private static final int SIZE = 11 + 64 * VerifierState.MAX_FRAMES;

    private final int[] olds = new int[SIZE];
    private final int[] currents = new int[SIZE];
    private int count;
    private int temporary;

    /// Begins a comparison.
    ///
    /// @param lastId the largest id given out
    void reset(int lastId) {
        count = 0;
        temporary = lastId;
    }

    boolean match(int old, int current) {
        if ((old == 0) != (current == 0)) {
            return false;
        }
        if (old == 0) {
            return true;
        }
        for (int i = 0; i < count; i++) {
            if (olds[i] == old) {
                return currents[i] == current;
            }
            if (currents[i] == current) {
                return false;
            }
        }
        if (count == SIZE) {
            return false;
        }
        olds[count] = old;
        currents[count] = current;
        count++;
        return true;
    }

    /// A scalar that was linked to nothing may be linked now; one without id is as good as one with
    /// an id of its own.
    boolean matchScalar(int old, int current) {
        if (old == 0) {
            return true;
        }
        int now = current != 0 ? current : ++temporary;
        if (!match(old, now)) {
            return false;
        }
        int base = ~RegState.ADD_CONST;
        return (old & RegState.ADD_CONST) == 0 || match(old & base, now & base);
    }
}
