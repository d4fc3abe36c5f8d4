package io.xdp4j.ebpf;

/// What went wrong between an object file and a running program; one subclass a stage.
///
/// The message is one line that names the file or program, the place in it, what was expected and,
/// where there is one, the remedy.
public abstract class EbpfException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected EbpfException(String message) {
        super(message);
    }

    protected EbpfException(String message, Throwable cause) {
        super(message, cause);
    }

    /// For failures of a running program: cheap, without a stack trace.
    protected EbpfException(String message, boolean writableStackTrace) {
        super(message, null, false, writableStackTrace);
    }
}
