package io.xdp4j.packet.afpacket;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.Mapping;
import io.xdp4j.linux.afpacket.TpStatus;
import io.xdp4j.linux.afpacket.Tpacket3Hdr;
import io.xdp4j.linux.afpacket.TpacketBlock;
import io.xdp4j.linux.afpacket.TpacketReq3;

/// Walks the frames of a TPACKET_V3 receive ring.
///
/// | step | kernel | here |
/// |---|---|---|
/// | A | fills a block, then sets USER with release | B: loads the status with acquire |
/// | D | loads the status with acquire before it reuses the block | C: sets KERNEL with release |
///
/// (A) pairs with (B), (C) with (D).
///
/// Thread: one poller.
/// Owns: the mapping, until [#close].
/// Kernel: `struct tpacket_block_desc`, net/packet/af_packet.c.
final class PacketRing implements AutoCloseable {
    private final Mapping mapping;
    private final long blockBytes;
    private final int blockCount;

    private int blockIndex;
    private long block;
    private boolean holding;
    private int framesLeft;
    private long frame;

    PacketRing(int fd, TpacketReq3 request) {
        blockBytes = request.blockSizeBytes();
        blockCount = request.blockCount();
        mapping = Mapping.shared(fd, 0, request.ringSizeBytes());
        block = mapping.address();
    }

    /// True when a block is waiting or not finished.
    @HotPath
    boolean isReady() {
        return framesLeft > 0 || blockIsReady();
    }

    @HotPath
    private boolean blockIsReady() {
        int status = RawMemory.getIntAcquire(block + TpacketBlock.BLOCK_STATUS); // (B)
        return !holding && (status & TpStatus.TP_STATUS_USER) != 0;
    }

    /// Moves to the next frame and returns the address of its header, 0 when there is none. The
    /// frame stays valid until the next call.
    @HotPath
    long next() {
        while (framesLeft == 0) {
            if (holding) {
                releaseBlock();
            }
            if (!blockIsReady()) {
                return 0;
            }
            holding = true;
            framesLeft = RawMemory.getInt(block + TpacketBlock.NUM_PKTS);
            frame = block + RawMemory.getInt(block + TpacketBlock.OFFSET_TO_FIRST_PKT);
        }
        long current = frame;
        framesLeft--;
        frame = current + RawMemory.getInt(current + Tpacket3Hdr.TP_NEXT_OFFSET);
        return current;
    }

    @HotPath
    private void releaseBlock() {
        holding = false;
        RawMemory.putIntRelease(
                block + TpacketBlock.BLOCK_STATUS, TpStatus.TP_STATUS_KERNEL); // (C)
        blockIndex = blockIndex + 1 == blockCount ? 0 : blockIndex + 1;
        block = mapping.address() + blockIndex * blockBytes;
    }

    @Override
    public void close() {
        mapping.close();
    }

    @Override
    public String toString() {
        return "PacketRing[block=" + blockIndex + "/" + blockCount + ", left=" + framesLeft + "]";
    }
}
