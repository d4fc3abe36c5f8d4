package io.xdp4j.control;

import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.XdpAttachException;
import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import java.util.List;

/// A request that a datapath refuses: one line, a kind, and an errno where the kernel has one.
///
/// The same whether the datapath is in this process or another.
public final class ControlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What went wrong, as far as callers act on it.
    public enum Kind {
        /// The verifier rejected a program.
        REJECTED,
        /// The request is wrong.
        USAGE,
        /// An object file is malformed, or lacks what was asked for.
        INPUT,
        /// This datapath does not have it.
        UNSUPPORTED,
        /// A permission is missing.
        PERMISSION,
        /// It failed.
        RUNTIME
    }

    private final Kind kind;
    private final int errno;
    private final transient List<String> log;

    public ControlException(Kind kind, String message) {
        this(kind, 0, message, List.of());
    }

    /// @param errno positive, 0 for none
    public ControlException(Kind kind, int errno, String message) {
        this(kind, errno, message, List.of());
    }

    ControlException(Kind kind, int errno, String message, List<String> log) {
        super(message);
        this.kind = kind;
        this.errno = errno;
        this.log = List.copyOf(log);
    }

    /// What the parts of a datapath throw, in one form.
    static ControlException of(RuntimeException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        ControlException same =
                switch (e) {
                    case ControlException known -> known;
                    case RejectedProgramException rejected ->
                            new ControlException(
                                    Kind.REJECTED,
                                    rejected.verification().errno(),
                                    message,
                                    rejected.verification().log());
                    case MapException map -> new ControlException(Kind.USAGE, map.errno(), message);
                    case XdpAttachException attach ->
                            new ControlException(Kind.USAGE, attach.errno(), message);
                    case UnsupportedException no ->
                            new ControlException(Kind.UNSUPPORTED, Errno.EOPNOTSUPP, message);
                    case MalformedObjectException bad ->
                            new ControlException(Kind.INPUT, Errno.ENOEXEC, message);
                    case LinkException unresolved -> new ControlException(Kind.INPUT, message);
                    case EbpfException engine -> new ControlException(Kind.RUNTIME, message);
                    case DeviceException device ->
                            new ControlException(Kind.valueOf(device.kind().name()), message);
                    case IllegalArgumentException wrong ->
                            new ControlException(Kind.USAGE, Errno.EINVAL, message);
                    default -> new ControlException(Kind.RUNTIME, message);
                };
        if (!same.equals(e)) {
            same.initCause(e);
        }
        return same;
    }

    public Kind kind() {
        return kind;
    }

    /// Positive, 0 for none.
    public int errno() {
        return errno;
    }

    /// The verifier's lines for [Kind#REJECTED], else empty.
    public List<String> log() {
        return log == null ? List.of() : log;
    }
}
