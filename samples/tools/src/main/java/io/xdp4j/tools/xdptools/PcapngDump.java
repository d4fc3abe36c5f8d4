package io.xdp4j.tools.xdptools;

import io.xdp4j.control.CapturedPacket;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.packet.pcap.PcapngWriter;
import io.xdp4j.packet.pcap.PcapngWriter.Option;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Captured packets in a pcapng file: an interface for entry and one for exit, as xdpdump names
/// them, with the queue, the packet's number and the verdict as options.
final class PcapngDump implements DumpFile {
    private static final int OPT_PACKET_ID = 5;
    private static final int OPT_QUEUE = 6;
    private static final int OPT_VERDICT = 7;

    /// A verdict of XDP, of the two kinds that the format knows of eBPF.
    private static final byte VERDICT_XDP = 2;

    private final Path file;
    private final PcapngWriter writer;
    private final int entry;
    private final int exit;

    private PcapngDump(Path file, PcapngWriter writer, int entry, int exit) {
        this.file = file;
        this.writer = writer;
        this.entry = entry;
        this.exit = exit;
    }

    static PcapngDump create(Path file, DeviceInfo device, String program, int snapLength) {
        PcapngWriter writer = PcapngWriter.create(file);
        try {
            String name = program.isEmpty() ? device.name() : device.name() + ":" + program + "()";
            int entry =
                    writer.addInterface(program.isEmpty() ? name : name + "@fentry", snapLength);
            int exit = program.isEmpty() ? entry : writer.addInterface(name + "@fexit", snapLength);
            return new PcapngDump(file, writer, entry, exit);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(CapturedPacket packet) {
        List<Option> options = new ArrayList<>();
        options.add(new Option(OPT_PACKET_ID, bytes(Long.BYTES).putLong(packet.packet()).array()));
        options.add(new Option(OPT_QUEUE, bytes(Integer.BYTES).putInt(packet.queue()).array()));
        if (packet.isExit()) {
            options.add(
                    new Option(
                            OPT_VERDICT,
                            bytes(1 + Long.BYTES)
                                    .put(VERDICT_XDP)
                                    .putLong(packet.action())
                                    .array()));
        }
        try {
            writer.write(
                    packet.isExit() ? exit : entry,
                    packet.timeNanos(),
                    packet.bytes(),
                    packet.length(),
                    options);
        } catch (IOException e) {
            throw DumpFile.failed(file, e);
        }
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw DumpFile.failed(file, e);
        }
    }
}
