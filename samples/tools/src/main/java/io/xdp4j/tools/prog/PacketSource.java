package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.control.json.JsonException;
import io.xdp4j.packet.pcap.PcapReader;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.exit.InputFiles;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Packets of a file, one after the other.
///
/// Thread: one at a time.
/// Owns: the open file, until closed.
/// Fails: [CommandException] with file, line, what was found and what was expected.
abstract class PacketSource implements AutoCloseable {
    private static final int PEEK_BYTES = 4096;

    private final PacketFormat format;

    private PacketSource(PacketFormat format) {
        this.format = format;
    }

    /// Never [PacketFormat#AUTO].
    final PacketFormat format() {
        return format;
    }

    /// The next packet, or null at the end.
    abstract byte @Nullable [] next() throws IOException;

    @Override
    public void close() throws IOException {}

    /// Opens a file, or standard input for `-`.
    static PacketSource open(String file, PacketFormat asked) {
        try {
            if (file.equals("-")) {
                return ofStandardInput(asked);
            }
            Path path = Path.of(file);
            if (!Files.isReadable(path) || Files.isDirectory(path)) {
                throw CommandException.input(
                        file
                                + ": "
                                + InputFiles.reasonAgainst(path)
                                + " (expected: a pcap, jsonl, hex or raw file of packets)");
            }
            InputStream in = Files.newInputStream(path);
            byte[] start = in.readNBytes(PEEK_BYTES);
            in.close();
            requireBytes(file, start);
            PacketFormat format = asked == PacketFormat.AUTO ? PacketFormat.of(start) : asked;
            return format == PacketFormat.PCAP
                    ? new OfPcap(path, null)
                    : of(file, Files.newInputStream(path), format);
        } catch (IOException e) {
            throw new CommandException(ExitCode.INPUT, file + ": cannot be read: " + e, e);
        }
    }

    private static PacketSource ofStandardInput(PacketFormat asked) throws IOException {
        byte[] all = System.in.readAllBytes();
        requireBytes("standard input", all);
        PacketFormat format = asked == PacketFormat.AUTO ? PacketFormat.of(all) : asked;
        if (format != PacketFormat.PCAP) {
            return of("standard input", new ByteArrayInputStream(all), format);
        }
        Path spool = Files.createTempFile("xdp4j", ".pcap");
        Files.write(spool, all);
        return new OfPcap(spool, spool);
    }

    private static void requireBytes(String file, byte[] start) {
        if (start.length == 0) {
            throw CommandException.input(
                    file + ": is empty (expected: a pcap, jsonl, hex or raw file of packets)");
        }
    }

    private static PacketSource of(String file, InputStream in, PacketFormat format) {
        return switch (format) {
            case JSONL, HEX -> new OfLines(file, in, format);
            default -> new OfRaw(in);
        };
    }

    private static final class OfPcap extends PacketSource {
        private final Path file;
        private final PcapReader reader;
        private final @Nullable Path spool;

        OfPcap(Path file, @Nullable Path spool) {
            super(PacketFormat.PCAP);
            this.file = file;
            this.reader = PcapReader.open(file);
            this.spool = spool;
        }

        @Override
        byte @Nullable [] next() {
            if (reader.next()) {
                return reader.bytes();
            }
            if (reader.truncatedAt() >= 0) {
                throw CommandException.input(
                        file
                                + ": the record at byte "
                                + reader.truncatedAt()
                                + " is cut off (expected: a whole pcap file; editcap mends one)");
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            reader.close();
            if (spool != null) {
                Files.deleteIfExists(spool);
            }
        }
    }

    private static final class OfRaw extends PacketSource {
        private final InputStream in;
        private boolean done;

        OfRaw(InputStream in) {
            super(PacketFormat.RAW);
            this.in = in;
        }

        @Override
        byte @Nullable [] next() throws IOException {
            if (done) {
                return null;
            }
            done = true;
            return in.readAllBytes();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static final class OfLines extends PacketSource {
        private final String file;
        private final BufferedReader lines;
        private int lineNumber;

        OfLines(String file, InputStream in, PacketFormat format) {
            super(format);
            this.file = file;
            this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
        }

        @Override
        byte @Nullable [] next() throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                lineNumber++;
                String text = line.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    return format() == PacketFormat.JSONL ? ofJson(text) : ofHex(text);
                }
            }
            return null;
        }

        private byte[] ofJson(String text) {
            try {
                return Json.parse(text, file + ":" + lineNumber).at("hex").hex();
            } catch (JsonException e) {
                throw new CommandException(ExitCode.INPUT, String.valueOf(e.getMessage()), e);
            }
        }

        private byte[] ofHex(String text) {
            try {
                return HexFormat.of().parseHex(text.replaceAll("[ \t]", ""));
            } catch (IllegalArgumentException e) {
                throw new CommandException(
                        ExitCode.INPUT,
                        file + ":" + lineNumber + ": no packet (expected: pairs of hex digits)",
                        e);
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
