package io.xdp4j.afxdp;

import io.xdp4j.linux.afxdp.AfXdp;

/// How a UMEM is cut into chunks.
///
/// Nothing is checked here: what the kernel refuses, [XskSocket#registerUmem] refuses on both faces.
///
/// @param chunkBytes 2048..4096, a power of two unless unaligned
/// @param headroomBytes bytes left free before received data, beside the 256 that always are
/// @param flags bits of `XDP_UMEM_*`
/// @param txMetadataBytes bytes of the metadata block before sent data, 0 for none
/// Kernel: `struct xdp_umem_reg`.
public record UmemConfig(int chunkBytes, int headroomBytes, int flags, int txMetadataBytes) {
    /// Chunks of a page without extra headroom, as the frames of a datapath are.
    public static final UmemConfig PAGES = new UmemConfig(4096, 0, 0, 0);

    public UmemConfig withHeadroom(int bytes) {
        return new UmemConfig(chunkBytes, bytes, flags, txMetadataBytes);
    }

    public UmemConfig withChunk(int bytes) {
        return new UmemConfig(bytes, headroomBytes, flags, txMetadataBytes);
    }

    /// Chunks may start anywhere.
    public UmemConfig unaligned() {
        return new UmemConfig(
                chunkBytes,
                headroomBytes,
                flags | AfXdp.XDP_UMEM_UNALIGNED_CHUNK_FLAG,
                txMetadataBytes);
    }

    /// Descriptors may carry metadata in a block of `bytes` before the data.
    public UmemConfig withTxMetadata(int bytes) {
        return new UmemConfig(
                chunkBytes, headroomBytes, flags | AfXdp.XDP_UMEM_TX_METADATA_LEN, bytes);
    }

    public boolean isUnaligned() {
        return (flags & AfXdp.XDP_UMEM_UNALIGNED_CHUNK_FLAG) != 0;
    }
}
