package io.xdp4j.tools.xdptools;

import io.xdp4j.control.CapturedPacket;
import io.xdp4j.packet.pcap.PcapWriter;
import io.xdp4j.tools.exit.StandardOutput;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;

/// Captured packets in a classic pcap file, which knows neither verdicts nor where they were seen.
final class PcapDump implements DumpFile {
    private final PcapWriter writer;

    PcapDump(Path file) {
        this.writer =
                file.equals(STANDARD_OUTPUT)
                        ? PcapWriter.to(Channels.newChannel(StandardOutput.bytes()))
                        : PcapWriter.create(file);
    }

    @Override
    public void write(CapturedPacket packet) throws IOException {
        writer.write(packet.bytes(), packet.length(), packet.timeNanos());
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
