package io.xdp4j.packet.pcap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// Makes capture files byte by byte, right or wrong ones.
final class CaptureFiles {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ByteOrder order;

    CaptureFiles(ByteOrder order) {
        this.order = order;
    }

    static CaptureFiles pcap(ByteOrder order, int magic) {
        return new CaptureFiles(order).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(1);
    }

    CaptureFiles record(long seconds, long fraction, byte[] packet) {
        return record(seconds, fraction, packet, packet.length);
    }

    CaptureFiles record(long seconds, long fraction, byte[] packet, int original) {
        return u32((int) seconds).u32((int) fraction).u32(packet.length).u32(original).put(packet);
    }

    // ---- pcapng

    CaptureFiles section() {
        return u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0).u32(-1).u32(-1).u32(28);
    }

    /// An interface with raw options, whose length must be a multiple of four.
    CaptureFiles interfaceBlock(int linkType, int snaplen, byte... options) {
        int length = 20 + options.length;
        return u32(1).u32(length).u16(linkType).u16(0).u32(snaplen).put(options).u32(length);
    }

    CaptureFiles enhanced(int interfaceId, long ticks, byte[] packet, int original) {
        int length = 32 + padded(packet.length);
        return u32(6).u32(length)
                .u32(interfaceId)
                .u32((int) (ticks >>> 32))
                .u32((int) ticks)
                .u32(packet.length)
                .u32(original)
                .put(packet)
                .put(new byte[padded(packet.length) - packet.length])
                .u32(length);
    }

    CaptureFiles obsolete(int interfaceId, long ticks, byte[] packet) {
        int length = 32 + padded(packet.length);
        return u32(2).u32(length)
                .u16(interfaceId)
                .u16(0)
                .u32((int) (ticks >>> 32))
                .u32((int) ticks)
                .u32(packet.length)
                .u32(packet.length)
                .put(packet)
                .put(new byte[padded(packet.length) - packet.length])
                .u32(length);
    }

    CaptureFiles simple(byte[] packet, int original) {
        int length = 16 + padded(packet.length);
        return u32(3).u32(length)
                .u32(original)
                .put(packet)
                .put(new byte[padded(packet.length) - packet.length])
                .u32(length);
    }

    CaptureFiles block(int type, int bodyLength) {
        int length = 12 + padded(bodyLength);
        return u32(type).u32(length).put(new byte[length - 12]).u32(length);
    }

    private static int padded(int length) {
        return (length + 3) & ~3;
    }

    // ---- bytes

    CaptureFiles u32(int value) {
        return put(ByteBuffer.wrap(new byte[4]).order(order).putInt(value).array());
    }

    CaptureFiles u16(int value) {
        return put(ByteBuffer.wrap(new byte[2]).order(order).putShort((short) value).array());
    }

    CaptureFiles put(byte... more) {
        bytes.writeBytes(more);
        return this;
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    Path writeTo(Path file) {
        try {
            return Files.write(file, toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
