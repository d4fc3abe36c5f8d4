package io.xdp4j.packet.pcap;

import io.xdp4j.ebpf.HotPath;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A part of a file in memory, which moves to where it is needed.
///
/// A file that is not larger than [#WHOLE_BYTES] is in memory as a whole after the first access; of
/// a larger one, [#WINDOW_BYTES] are. Nothing is mapped: a file that shrinks while it is read must
/// end the replay, not the process.
///
/// Thread: one at a time.
/// Owns: its memory, until closed; the channel is the caller's.
/// Fails: [#at] returns 0 beyond the end of the file and after a read error.
final class FileWindow implements AutoCloseable {
    /// Largest range that can be asked for.
    static final int WINDOW_BYTES = 1 << 19;

    private static final int WHOLE_BYTES = 1 << 26;

    private final FileChannel channel;
    private final long fileBytes;
    private final boolean whole;
    private final Arena arena = Arena.ofShared();
    private final ByteBuffer buffer;
    private final long memory;
    private long start;
    private int filled;
    private boolean failed;

    /// A window on the first `fileBytes` bytes; what is appended later stays unseen.
    FileWindow(FileChannel channel, long fileBytes) {
        this.channel = channel;
        this.fileBytes = fileBytes;
        this.whole = fileBytes <= WHOLE_BYTES;
        MemorySegment segment =
                arena.allocate(whole ? Math.max(1, fileBytes) : WINDOW_BYTES, Long.BYTES);
        this.buffer = segment.asByteBuffer();
        this.memory = segment.address();
    }

    /// Address of `bytes` bytes that stand at `offset` of the file; 0 when the file has them not.
    /// Valid until the next call.
    @HotPath
    long at(long offset, int bytes) {
        if (offset < start || offset + bytes > start + filled) {
            if (offset + bytes > fileBytes || !moveTo(offset, bytes)) {
                return 0;
            }
        }
        return memory + (offset - start);
    }

    private boolean moveTo(long offset, int bytes) {
        if (bytes > buffer.capacity() || (whole && filled > 0)) {
            return false;
        }
        start = whole ? 0 : offset;
        filled = 0;
        fill();
        return offset + bytes <= start + filled;
    }

    private void fill() {
        buffer.clear();
        try {
            while (buffer.hasRemaining()) {
                int read = channel.read(buffer, start + filled);
                if (read <= 0) {
                    break;
                }
                filled += read;
            }
        } catch (IOException e) {
            failed = true;
        }
    }

    /// True once the file could not be read.
    boolean hasFailed() {
        return failed;
    }

    @Override
    public void close() {
        arena.close();
    }
}
