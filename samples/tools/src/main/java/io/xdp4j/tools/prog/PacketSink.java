package io.xdp4j.tools.prog;

import io.xdp4j.control.json.JsonText;
import io.xdp4j.packet.pcap.PcapWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;

/// Writes packets in the format that they were read in.
///
/// Thread: one at a time.
/// Owns: the file, until closed.
abstract class PacketSink implements AutoCloseable {
    abstract void write(byte[] packet) throws IOException;

    @Override
    public abstract void close() throws IOException;

    /// Makes the file, or uses standard output for `-`.
    ///
    /// @param format any but [PacketFormat#AUTO]
    static PacketSink open(String file, PacketFormat format) throws IOException {
        boolean standard = file.equals("-");
        if (format == PacketFormat.PCAP && !standard) {
            return new OfPcap(Path.of(file));
        }
        OutputStream out = standard ? new StandardOutput() : Files.newOutputStream(Path.of(file));
        return new OfStream(out, format);
    }

    private static final class OfPcap extends PacketSink {
        private final PcapWriter writer;

        OfPcap(Path file) {
            this.writer = PcapWriter.create(file);
        }

        @Override
        void write(byte[] packet) throws IOException {
            writer.write(packet, writer.frames() * 1000);
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }

    /// Stays open.
    private static final class StandardOutput extends FilterOutputStream {
        StandardOutput() {
            super(System.out);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    private static final class OfStream extends PacketSink {
        private final OutputStream out;
        private final PacketFormat format;

        OfStream(OutputStream out, PacketFormat format) {
            this.out = out;
            this.format = format;
        }

        @Override
        void write(byte[] packet) throws IOException {
            String hex = HexFormat.of().formatHex(packet);
            switch (format) {
                case RAW -> out.write(packet);
                case JSONL -> line(JsonText.of(Map.of("hex", hex)));
                default -> line(hex);
            }
        }

        private void line(String text) throws IOException {
            out.write((text + "\n").getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
