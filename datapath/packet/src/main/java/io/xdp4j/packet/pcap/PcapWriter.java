package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.memory.RawMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Writes a classic pcap file with nanosecond timestamps, little-endian, link type Ethernet.
///
/// Thread: one at a time.
/// Owns: the file and a buffer, until closed.
/// Fails: `IOException`; [#create] with [DeviceException]. Frames that are still in the buffer get
/// lost without [#flush] or [#close].
public final class PcapWriter implements AutoCloseable {
    /// Longest frame that a file may hold, as tcpdump has it.
    public static final int SNAPLEN = 262_144;

    private static final int MAGIC_NANOS = 0xa1b2_3c4d;
    private static final int VERSION = 2 | 4 << 16;
    private static final int LINKTYPE_ETHERNET = 1;
    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int BUFFER_BYTES = 2 * SNAPLEN;
    private static final long NANOS = 1_000_000_000;

    private final WritableByteChannel channel;
    private final Arena arena = Arena.ofShared();
    private final ByteBuffer buffer;
    private final long memory;
    private int used;
    private long frames;

    private PcapWriter(WritableByteChannel channel) {
        this.channel = channel;
        MemorySegment segment = arena.allocate(BUFFER_BYTES, 8);
        this.buffer = segment.asByteBuffer();
        this.memory = segment.address();
    }

    /// Makes the file, or empties the one that is there.
    public static PcapWriter create(Path file) {
        try {
            return to(
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new DeviceException(
                    DeviceException.Kind.RUNTIME,
                    file
                            + ": cannot be written: "
                            + FileFailure.reason(e)
                            + "; give a file in a directory that exists and is writable",
                    e);
        }
    }

    /// Writes to a channel, which it then owns.
    public static PcapWriter to(WritableByteChannel channel) {
        PcapWriter writer = new PcapWriter(channel);
        writer.putFileHeader();
        return writer;
    }

    private void putFileHeader() {
        RawMemory.putInt(memory, MAGIC_NANOS);
        RawMemory.putInt(memory + 4, VERSION);
        RawMemory.putLong(memory + 8, 0);
        RawMemory.putInt(memory + 16, SNAPLEN);
        RawMemory.putInt(memory + 20, LINKTYPE_ETHERNET);
        used = FILE_HEADER;
    }

    /// Appends a frame. `timestampNanos` counts from the epoch.
    public void write(byte[] frame, long timestampNanos) throws IOException {
        write(frame, frame.length, timestampNanos);
    }

    /// Appends the first bytes of a frame that was `length` long.
    public void write(byte[] bytes, int length, long timestampNanos) throws IOException {
        long at = begin(bytes.length, length, timestampNanos);
        RawMemory.copyIn(bytes, 0, at, bytes.length);
    }

    /// Appends a frame, all its chunks. The frame stays the caller's.
    public void write(XdpFrame frame, long timestampNanos) throws IOException {
        int length = frame.totalLength();
        long at = begin(length, length, timestampNanos);
        for (XdpFrame part = frame; part != null; part = part.nextFrag()) {
            RawMemory.copy(part.data(), at, part.length());
            at += part.length();
        }
    }

    private long begin(int captured, int length, long timestampNanos) throws IOException {
        if (captured > SNAPLEN) {
            throw new IllegalArgumentException(
                    "frame: " + captured + " bytes (expected: <= " + SNAPLEN + ")");
        }
        if (used + RECORD_HEADER + captured > BUFFER_BYTES) {
            flush();
        }
        long at = memory + used;
        RawMemory.putInt(at, (int) (timestampNanos / NANOS));
        RawMemory.putInt(at + 4, (int) (timestampNanos % NANOS));
        RawMemory.putInt(at + 8, captured);
        RawMemory.putInt(at + 12, length);
        used += RECORD_HEADER + captured;
        frames++;
        return at + RECORD_HEADER;
    }

    /// Frames written so far, those in the buffer included.
    public long frames() {
        return frames;
    }

    /// Hands what is buffered to the operating system.
    public void flush() throws IOException {
        buffer.clear().limit(used);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        used = 0;
    }

    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try (channel) {
            flush();
        } finally {
            arena.close();
        }
    }
}
