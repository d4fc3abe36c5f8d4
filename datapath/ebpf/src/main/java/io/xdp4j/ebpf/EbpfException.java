package io.xdp4j.ebpf;

/// What went wrong between an object file and a running program; one subclass a stage.
///
/// The message is one line that names the file or program, the place in it, what was expected and,
/// where there is one, the remedy.
public abstract class EbpfException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected EbpfException(String message) {
        super(oneLine(message));
    }

    protected EbpfException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /// For failures of a running program: cheap, without a stack trace.
    protected EbpfException(String message, boolean writableStackTrace) {
        super(oneLine(message), null, false, writableStackTrace);
    }

    /// Names come from files that nobody vouches for: line ends or terminal controls in them must
    /// not get out.
    private static String oneLine(String message) {
        for (int i = 0; i < message.length(); i++) {
            if (Character.isISOControl(message.charAt(i))) {
                return message.replaceAll("\\p{Cntrl}", "?");
            }
        }
        return message;
    }
}
