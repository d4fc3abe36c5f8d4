package io.xdp4j.config;

import java.util.Objects;

/// The configuration is wrong; the message is one line for the user.
///
/// The message has the form `file:line: key: found (expected: what)`, for example `switch.yaml:12:
/// devices[1].queues: 0 (expected: integer 1..64)`. Commands end with exit code 2.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: the `extack` of a netlink request.
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;
    private final String key;

    /// A refusal of what stands at a place.
    ///
    /// @param reason what was found and what was expected, on one line
    public ConfigException(SourceLocation at, String reason) {
        super(at + ": " + reason);
        this.file = at.file();
        this.line = at.line();
        this.key = at.key();
    }

    /// The one line for the user.
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /// The file as the user named it.
    public String file() {
        return file;
    }

    /// The line, counted from 1; 0 when the message is about the file as a whole.
    public int line() {
        return line;
    }

    /// The path of keys, like `devices[1].queues`; empty when the message is not about a key.
    public String key() {
        return key;
    }
}
