package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.DeviceException;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a capture file: pcap of microseconds or nanoseconds, of either byte order, and pcapng.
///
/// ```java
/// try (PcapReader reader = PcapReader.open(file)) {
///     while (reader.next()) {
///         use(reader.timestampNanos(), reader.bytes());
///     }
/// }
/// ```
///
/// A file that ends within a record, as after a crash, is read up to there; [#truncatedAt] tells.
/// Files of any size are read in constant memory.
///
/// Thread: one at a time.
/// Owns: the open file, until closed.
/// Fails: [DeviceException] of kind INPUT with file, offset, what was expected and a remedy in one
/// line.
public final class PcapReader implements AutoCloseable {
    private static final int GZIP = 0x1f8b;
    private static final int ZSTD = 0x28b5;
    private static final int MAGIC_MODIFIED = 0xa1b2_cd34;

    private final Path path;
    private final FileChannel channel;
    private final FileWindow window;
    private final RecordSource records;

    private PcapReader(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        long bytes = channel.size();
        this.window = new FileWindow(channel, bytes);
        try {
            this.records = recordsOf(bytes);
            checkDamage();
        } catch (DeviceException e) {
            window.close();
            throw e;
        }
    }

    /// Opens a file and reads its header.
    public static PcapReader open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw input(
                    file
                            + ": "
                            + (Files.exists(file) ? "is no regular file" : "does not exist")
                            + " (expected: a pcap or pcapng file)",
                    null);
        }
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return new PcapReader(file, channel);
            } catch (IOException | DeviceException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw input(
                    file + ": cannot be read: " + FileFailure.reason(e) + "; check its permissions",
                    e);
        }
    }

    /// All frames of a small file.
    public static List<byte[]> readAll(Path file) {
        List<byte[]> frames = new ArrayList<>();
        try (PcapReader reader = open(file)) {
            while (reader.next()) {
                frames.add(reader.bytes());
            }
        }
        return frames;
    }

    private RecordSource recordsOf(long bytes) {
        long start = window.at(0, Integer.BYTES);
        if (start == 0) {
            throw malformed(0, "file: " + bytes + " bytes (expected: a pcap or pcapng header)");
        }
        int magic = RawMemory.getIntBe(start);
        return switch (magic) {
            case PcapngRecords.BLOCK_SECTION -> new PcapngRecords(window, bytes);
            case PcapRecords.MAGIC_MICROS -> new PcapRecords(window, bytes, true, false);
            case PcapRecords.MAGIC_NANOS -> new PcapRecords(window, bytes, true, true);
            default ->
                    switch (Integer.reverseBytes(magic)) {
                        case PcapRecords.MAGIC_MICROS ->
                                new PcapRecords(window, bytes, false, false);
                        case PcapRecords.MAGIC_NANOS -> new PcapRecords(window, bytes, false, true);
                        default -> throw unknown(magic);
                    };
        };
    }

    private DeviceException unknown(int magic) {
        String found = String.format("magic: %08x (expected: pcap or pcapng)", magic);
        if (magic >>> 16 == GZIP || magic >>> 16 == ZSTD) {
            return input(
                    path + ": offset 0: " + found + "; the file is compressed, unpack it first",
                    null);
        }
        if (magic == MAGIC_MODIFIED || Integer.reverseBytes(magic) == MAGIC_MODIFIED) {
            return input(
                    path + ": offset 0: " + found + "; convert it: editcap -F pcap IN OUT", null);
        }
        return malformed(0, found);
    }

    private DeviceException malformed(long offset, String what) {
        return input(
                path
                        + ": offset "
                        + offset
                        + ": "
                        + what
                        + "; give a capture as tcpdump -w writes it, or repair this one",
                null);
    }

    private static DeviceException input(String message, @Nullable Throwable cause) {
        return cause == null
                ? new DeviceException(DeviceException.Kind.INPUT, message)
                : new DeviceException(DeviceException.Kind.INPUT, message, cause);
    }

    private void checkDamage() {
        String damage = records.damage;
        if (damage != null) {
            throw malformed(records.recordOffset, damage);
        }
        if (window.hasFailed()) {
            throw malformed(records.recordOffset, "read error (expected: a readable file)");
        }
    }

    /// Goes to the next frame; false when there is none left.
    public boolean next() {
        if (records.advance()) {
            return true;
        }
        checkDamage();
        return false;
    }

    /// The same without an exception: damage ends the file.
    @HotPath
    boolean advance() {
        return records.damage == null && records.advance();
    }

    /// Goes back to before the first frame.
    public void rewind() {
        records.truncated = false;
        records.rewind();
    }

    /// Capture time of the current frame, nanoseconds since the epoch.
    @HotPath
    public long timestampNanos() {
        return records.timestampNanos;
    }

    /// Bytes of the current frame that the file has.
    @HotPath
    public int capturedLength() {
        return records.captured;
    }

    /// Bytes that the current frame had on the wire.
    @HotPath
    public int originalLength() {
        return records.original;
    }

    /// Offset of the current frame's record in the file.
    public long recordOffset() {
        return records.recordOffset;
    }

    /// Offset of the record that the end of the file cuts off; -1 when the file ends as it should,
    /// or has not been read so far.
    public long truncatedAt() {
        return records.truncated ? records.recordOffset : -1;
    }

    /// A copy of the current frame.
    public byte[] bytes() {
        byte[] copy = new byte[records.captured];
        long data = data();
        if (data == 0) {
            throw malformed(records.dataOffset, "read error (expected: a file that stays whole)");
        }
        RawMemory.copyOut(data, copy, 0, copy.length);
        return copy;
    }

    /// Address of the current frame, valid until the next call; 0 when it cannot be read any more.
    @HotPath
    long data() {
        return window.at(records.dataOffset, records.captured);
    }

    /// Reads the whole file once and goes back to its start.
    ///
    /// Fails: as [#next], wherever the file is malformed.
    public PcapSummary summary() {
        rewind();
        long frames = 0;
        long bytes = 0;
        long first = 0;
        long last = 0;
        long span = 0;
        while (next()) {
            long now = timestampNanos();
            if (frames == 0) {
                first = now;
                last = now;
            }
            span = Math.max(span, span + Math.max(0, now - last)); // stays put on overflow
            last = now;
            frames++;
            bytes += capturedLength();
        }
        PcapSummary summary = new PcapSummary(frames, bytes, first, span, truncatedAt());
        rewind();
        return summary;
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        window.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw input(path + ": " + e, e);
        }
    }
}
