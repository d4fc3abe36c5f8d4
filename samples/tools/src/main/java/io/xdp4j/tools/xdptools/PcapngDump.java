package io.xdp4j.tools.xdptools;

import io.xdp4j.control.CapturedPacket;
import io.xdp4j.packet.pcap.PcapngWriter;
import io.xdp4j.packet.pcap.PcapngWriter.Option;
import io.xdp4j.tools.exit.StandardOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Captured packets in a pcapng file: an interface for a program's entry and one for its exit, as
/// xdpdump names them, with the queue, the packet's number and the verdict as options.
final class PcapngDump implements DumpFile {
    private static final int OPT_PACKET_ID = 5;
    private static final int OPT_QUEUE = 6;
    private static final int OPT_VERDICT = 7;

    /// A verdict of XDP, of the two kinds that the format knows of eBPF.
    private static final byte VERDICT_XDP = 2;

    private final PcapngWriter writer;
    private final Map<Integer, Interfaces> interfaces = new HashMap<>();

    /// Numbers in the file, for one program.
    private record Interfaces(int entry, int exit) {}

    /// @param points what is captured at
    PcapngDump(Path file, String device, List<DumpPoint> points, int snapLength)
            throws IOException {
        writer =
                file.equals(STANDARD_OUTPUT)
                        ? PcapngWriter.to(StandardOutput.bytes())
                        : PcapngWriter.create(file);
        if (points.isEmpty()) {
            int number = writer.addInterface(device, snapLength);
            interfaces.put(0, new Interfaces(number, number));
        }
        for (DumpPoint point : points) {
            String name = device + ":" + point.name() + "()";
            interfaces.put(
                    point.key(),
                    new Interfaces(
                            writer.addInterface(name + "@fentry", snapLength),
                            writer.addInterface(name + "@fexit", snapLength)));
        }
    }

    @Override
    public void write(CapturedPacket packet) throws IOException {
        Interfaces on = interfaces.get(packet.program());
        if (on == null) {
            throw new IllegalStateException("program " + packet.program() + " is not captured at");
        }
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
        writer.write(
                packet.isExit() ? on.exit() : on.entry(),
                packet.timeNanos(),
                packet.bytes(),
                packet.length(),
                options);
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
