package io.xdp4j.tools.xdptools;

import io.xdp4j.control.CapturedPacket;
import java.io.IOException;
import java.nio.file.Path;

/// A file that captured packets are written to.
///
/// Fails: `IOException` when it cannot be written.
interface DumpFile extends AutoCloseable {
    /// The name of standard output, for a reader behind a pipe.
    Path STANDARD_OUTPUT = Path.of("-");

    void write(CapturedPacket packet) throws IOException;

    /// Shows readers of the file what was written.
    void flush() throws IOException;

    @Override
    void close() throws IOException;
}
