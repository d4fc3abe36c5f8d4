package io.xdp4j.afxdp.emulated;

import io.xdp4j.afxdp.UmemConfig;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.afxdp.AfXdp;

/// What the kernel refuses about a UMEM, a ring or the flags of a bind: 0 or a positive errno.
///
/// Kernel: `xdp_umem_reg`, `xsk_init_queue`, `xsk_bind`, Linux 6.18.
final class BindRules {
    private static final int PAGE_BYTES = 4096;
    private static final int MIN_CHUNK = 2048;

    /// The kernel's own headroom, `skb_shared_info`, and 128 bytes for the shortest frame.
    private static final int HEADROOM_RESERVE = AfXdp.XDP_PACKET_HEADROOM + 320 + 128;

    private static final int MAX_TX_METADATA = 256;
    private static final int UMEM_FLAGS =
            AfXdp.XDP_UMEM_UNALIGNED_CHUNK_FLAG
                    | AfXdp.XDP_UMEM_TX_SW_CSUM
                    | AfXdp.XDP_UMEM_TX_METADATA_LEN;
    private static final int BIND_FLAGS =
            AfXdp.XDP_SHARED_UMEM
                    | AfXdp.XDP_COPY
                    | AfXdp.XDP_ZEROCOPY
                    | AfXdp.XDP_USE_NEED_WAKEUP
                    | AfXdp.XDP_USE_SG;
    private static final int NOT_SHARED =
            AfXdp.XDP_COPY | AfXdp.XDP_ZEROCOPY | AfXdp.XDP_USE_NEED_WAKEUP | AfXdp.XDP_USE_SG;

    private BindRules() {}

    static int umem(long base, long lengthBytes, UmemConfig config) {
        int chunk = config.chunkBytes();
        boolean fits =
                chunk >= MIN_CHUNK
                        && chunk <= PAGE_BYTES
                        && (config.flags() & ~UMEM_FLAGS) == 0
                        && (config.isUnaligned() || Integer.bitCount(chunk) == 1)
                        && base % PAGE_BYTES == 0
                        && lengthBytes >= chunk
                        && (config.isUnaligned() || lengthBytes % chunk == 0)
                        && config.headroomBytes() >= 0
                        && config.headroomBytes() <= chunk - HEADROOM_RESERVE
                        && txMetadata(config);
        return fits ? 0 : Errno.EINVAL;
    }

    private static boolean txMetadata(UmemConfig config) {
        if ((config.flags() & AfXdp.XDP_UMEM_TX_METADATA_LEN) == 0) {
            return true;
        }
        int bytes = config.txMetadataBytes();
        return bytes >= 0 && bytes < MAX_TX_METADATA && bytes % Long.BYTES == 0;
    }

    static int entries(int entries) {
        return entries > 0 && Integer.bitCount(entries) == 1 ? 0 : Errno.EINVAL;
    }

    static int flags(int flags) {
        return (flags & ~BIND_FLAGS) == 0 ? 0 : Errno.EINVAL;
    }

    static int sharedFlags(int flags) {
        return (flags & NOT_SHARED) == 0 ? 0 : Errno.EINVAL;
    }

    static int mode(int flags) {
        boolean zeroCopy = (flags & AfXdp.XDP_ZEROCOPY) != 0;
        boolean copy = (flags & AfXdp.XDP_COPY) != 0;
        if (zeroCopy && copy) {
            return Errno.EINVAL;
        }
        return zeroCopy ? Errno.EOPNOTSUPP : 0;
    }
}
