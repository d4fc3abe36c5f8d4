package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.DeviceException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Writes a pcapng file: one section, an interface block for each interface, a block for each
/// packet. Little-endian, nanosecond timestamps, link type Ethernet.
///
/// Thread: one at a time.
/// Owns: the file or stream, until closed.
/// Fails: `IOException`; [#create] with [DeviceException].
/// Kernel: none; `draft-ietf-opsawg-pcapng`.
public final class PcapngWriter implements AutoCloseable {
    private static final int SECTION_HEADER = 0x0a0d_0d0a;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int LINKTYPE_ETHERNET = 1;
    private static final int OPT_USER_APPLICATION = 4;
    private static final int OPT_IF_NAME = 2;
    private static final int OPT_IF_TSRESOL = 9;
    private static final int BLOCK_AROUND = 12;
    private static final int OPTION_HEADER = 4;
    private static final byte NANOSECONDS = 9;

    private final OutputStream out;
    private int interfaces;
    private long packets;

    private PcapngWriter(OutputStream out) {
        this.out = out;
    }

    /// Something said of a block.
    ///
    /// @param code of the format
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Option(int code, byte[] value) {
        public static Option text(int code, String value) {
            return new Option(code, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Makes the file, or empties the one that is there.
    public static PcapngWriter create(Path file) {
        try {
            return to(new BufferedOutputStream(Files.newOutputStream(file)));
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

    /// Writes to a stream, which it then owns.
    public static PcapngWriter to(OutputStream out) throws IOException {
        PcapngWriter writer = new PcapngWriter(out);
        writer.putSection();
        return writer;
    }

    private void putSection() throws IOException {
        ByteBuffer body = buffer(16);
        body.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
        putBlock(SECTION_HEADER, body, List.of(Option.text(OPT_USER_APPLICATION, "xdp4j")));
    }

    /// Announces an interface; returns the number that packets name it by.
    ///
    /// @param snapLength most bytes of a packet, 0 for all
    public int addInterface(String name, int snapLength) throws IOException {
        ByteBuffer body = buffer(8);
        body.putShort((short) LINKTYPE_ETHERNET).putShort((short) 0).putInt(snapLength);
        putBlock(
                INTERFACE_DESCRIPTION,
                body,
                List.of(
                        Option.text(OPT_IF_NAME, name),
                        new Option(OPT_IF_TSRESOL, new byte[] {NANOSECONDS})));
        return interfaces++;
    }

    /// Appends a packet.
    ///
    /// @param on the interface's number
    /// @param timestampNanos since the epoch
    /// @param captured its first bytes
    /// @param length of the whole packet
    public void write(
            int on, long timestampNanos, byte[] captured, int length, List<Option> options)
            throws IOException {
        if (on < 0 || on >= interfaces) {
            throw new IllegalArgumentException(
                    "interface: " + on + " (expected: below " + interfaces + ")");
        }
        ByteBuffer body = buffer(20 + padded(captured.length));
        body.putInt(on)
                .putInt((int) (timestampNanos >>> 32))
                .putInt((int) timestampNanos)
                .putInt(captured.length)
                .putInt(length)
                .put(captured);
        body.position(body.limit());
        putBlock(ENHANCED_PACKET, body, options);
        packets++;
    }

    /// Packets written so far.
    public long packets() {
        return packets;
    }

    private void putBlock(int type, ByteBuffer body, List<Option> options) throws IOException {
        byte[] optionBytes = optionBytes(options);
        int length = BLOCK_AROUND + body.capacity() + optionBytes.length;
        ByteBuffer block = buffer(length);
        block.putInt(type).putInt(length).put(body.flip()).put(optionBytes).putInt(length);
        out.write(bytes(block));
    }

    private static byte[] optionBytes(List<Option> options) {
        if (options.isEmpty()) {
            return new byte[0];
        }
        int size = OPTION_HEADER;
        for (Option option : options) {
            size += OPTION_HEADER + padded(option.value().length);
        }
        ByteBuffer bytes = buffer(size);
        for (Option option : options) {
            bytes.putShort((short) option.code()).putShort((short) option.value().length);
            int next = bytes.position() + padded(option.value().length);
            bytes.put(option.value()).position(next);
        }
        return bytes(bytes);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static int padded(int length) {
        return (length + 3) & -4;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Hands what is buffered to the operating system.
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
