package io.xdp4j.tools.xdptools;

import io.xdp4j.control.CapturedPacket;
import io.xdp4j.packet.pcap.PcapWriter;
import io.xdp4j.tools.exit.StandardOutput;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;

/// Captured packets in a classic pcap file, which knows neither verdicts nor where they were seen.
final class PcapDump implements DumpFile {
    private final Path file;
    private final PcapWriter writer;

    PcapDump(Path file) {
        this.file = file;
        this.writer =
                file.equals(STANDARD_OUTPUT)
                        ? PcapWriter.to(Channels.newChannel(StandardOutput.bytes()))
                        : PcapWriter.create(file);
    }

    @Override
    public void write(CapturedPacket packet) {
        try {
            writer.write(packet.bytes(), packet.length(), packet.timeNanos());
        } catch (IOException e) {
            throw DumpFile.failed(file, e);
        }
    }

    @Override
    public void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw DumpFile.failed(file, e);
        }
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
