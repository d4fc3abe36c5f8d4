package io.xdp4j.afxdp;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.afxdp.AfXdp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Memory that sockets and the kernel, or its emulation, share; cut into chunks for one frame each.
///
/// Rings name places in it by their offset from its start. In unaligned mode an address has the
/// chunk's base in its low 48 bits and the offset of the data in the upper 16; [#offsetOf] adds the
/// two.
///
/// Thread: any. The bytes of a chunk belong to whoever has its address.
/// Owns: its memory if [#allocate] made it; then closing needs all its sockets closed before.
/// Kernel: `struct xdp_umem`.
public final class Umem implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;

    private final long base;
    private final long lengthBytes;
    private final UmemConfig config;
    private final int headroomTotal;
    private @Nullable Arena arena;

    private Umem(long base, long lengthBytes, UmemConfig config, @Nullable Arena arena) {
        this.base = base;
        this.lengthBytes = lengthBytes;
        this.config = config;
        this.headroomTotal = AfXdp.XDP_PACKET_HEADROOM + config.headroomBytes();
        this.arena = arena;
    }

    /// A UMEM in new memory.
    public static Umem allocate(int chunks, UmemConfig config) {
        Arena arena = Arena.ofShared();
        long bytes = (long) chunks * config.chunkBytes();
        long base = arena.allocate(bytes, PAGE_BYTES).address();
        return new Umem(base, bytes, config, arena);
    }

    /// A UMEM over memory that lives longer.
    public static Umem of(MemorySegment memory, UmemConfig config) {
        return new Umem(memory.address(), memory.byteSize(), config, null);
    }

    public UmemConfig config() {
        return config;
    }

    /// Address of the first byte.
    @HotPath
    public long base() {
        return base;
    }

    public long lengthBytes() {
        return lengthBytes;
    }

    /// Chunks in aligned mode; in unaligned mode as many as fit without gaps.
    public int chunks() {
        return (int) (lengthBytes / config.chunkBytes());
    }

    /// Offset of chunk `index`.
    public long chunk(int index) {
        return (long) index * config.chunkBytes();
    }

    /// Bytes from the start of a chunk to received data.
    @HotPath
    public int dataOffset() {
        return headroomTotal;
    }

    /// Bytes of a received frame that fit a chunk.
    @HotPath
    public int frameBytes() {
        return config.chunkBytes() - headroomTotal;
    }

    /// Offset in the UMEM of an address from a ring.
    @HotPath
    public long offsetOf(long address) {
        return config.isUnaligned()
                ? (address & AfXdp.XSK_UNALIGNED_BUF_ADDR_MASK)
                        + (address >>> AfXdp.XSK_UNALIGNED_BUF_OFFSET_SHIFT)
                : address;
    }

    /// The chunk that an address of a ring lies in: what goes back to the fill ring.
    @HotPath
    public long chunkOf(long address) {
        return config.isUnaligned()
                ? address & AfXdp.XSK_UNALIGNED_BUF_ADDR_MASK
                : address - Long.remainderUnsigned(address, config.chunkBytes());
    }

    /// The address for a ring of data that start `dataOffset` bytes into `chunk`.
    @HotPath
    public long addressOf(long chunk, int dataOffset) {
        return config.isUnaligned()
                ? chunk | (long) dataOffset << AfXdp.XSK_UNALIGNED_BUF_OFFSET_SHIFT
                : chunk + dataOffset;
    }

    /// Where the byte that an address of a ring names stands in memory.
    @HotPath
    public long pointer(long address) {
        return base + offsetOf(address);
    }

    /// True when a chunk at this address lies in the UMEM: the rule for fill entries.
    ///
    /// Kernel: `xp_check_aligned`, `xp_check_unaligned`.
    @HotPath
    public boolean holdsChunk(long address) {
        long at = config.isUnaligned() ? offsetOf(address) : chunkOf(address);
        return at >= 0 && at <= lengthBytes - config.chunkBytes();
    }

    /// True when `length` bytes at this address lie in one chunk, with the metadata block before
    /// them: the rule for sent frames.
    ///
    /// Kernel: `xp_aligned_validate_desc`, `xp_unaligned_validate_desc`.
    @HotPath
    public boolean holds(long address, int length) {
        if (length <= 0 || length > config.chunkBytes()) {
            return false;
        }
        long at = offsetOf(address);
        if (at < config.txMetadataBytes() || at > lengthBytes - length) {
            return false;
        }
        long from = at - config.txMetadataBytes();
        long end = at + length;
        return config.isUnaligned()
                ? end - from <= config.chunkBytes()
                : chunkOf(from) == chunkOf(end - 1);
    }

    @Override
    public void close() {
        Arena own = arena;
        arena = null;
        if (own != null) {
            own.close();
        }
    }

    @Override
    public String toString() {
        return "Umem[length=" + lengthBytes + ", " + config + "]";
    }
}
