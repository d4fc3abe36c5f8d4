package io.xdp4j.core.program;

import io.xdp4j.core.frame.XdpFrame;

/// Cuts bytes off the end of a chain of chunks.
///
/// Kernel: `bpf_xdp_frags_shrink_tail`.
final class FragTrimmer {
    private FragTrimmer() {}

    /// Removes up to `bytes` from the chained chunks and returns how many are left to cut from the
    /// first one. Emptied chunks stay in the chain with length 0 and return to the pool with it.
    static int trim(XdpFrame head, int bytes) {
        int chained = head.totalLength() - head.length();
        int keep = Math.max(0, chained - bytes);
        for (XdpFrame frag = head.nextFrag(); frag != null; frag = frag.nextFrag()) {
            int length = Math.min(keep, frag.length());
            head.resizeFrag(frag, length);
            keep -= length;
        }
        return Math.max(0, bytes - chained);
    }
}
