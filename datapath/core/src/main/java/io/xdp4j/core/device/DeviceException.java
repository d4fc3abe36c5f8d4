package io.xdp4j.core.device;

/// A device cannot be opened or changed as asked; the message is one line for the user.
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What kind of failure, as the tools' exit codes tell them apart.
    public enum Kind {
        /// The request contradicts itself or the device: usage (2).
        USAGE,
        /// An input file is missing or malformed (3).
        INPUT,
        /// This build or platform lacks it (4).
        UNSUPPORTED,
        /// A capability is missing (5).
        PERMISSION,
        /// It failed at run time (6).
        RUNTIME
    }

    private final Kind kind;

    public DeviceException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public DeviceException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
