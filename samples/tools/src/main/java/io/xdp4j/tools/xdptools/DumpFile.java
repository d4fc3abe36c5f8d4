package io.xdp4j.tools.xdptools;

import io.xdp4j.control.CapturedPacket;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Path;

/// A file that captured packets are written to.
///
/// Fails: [CommandException] when it cannot be written.
interface DumpFile extends AutoCloseable {
    /// The name of standard output, for a reader behind a pipe.
    Path STANDARD_OUTPUT = Path.of("-");

    void write(CapturedPacket packet);

    /// Shows readers of the file what was written.
    void flush();

    @Override
    void close();

    static CommandException failed(Path file, IOException e) {
        return new CommandException(
                ExitCode.RUNTIME, file + ": " + e.getMessage() + " (expected: room to write)", e);
    }
}
