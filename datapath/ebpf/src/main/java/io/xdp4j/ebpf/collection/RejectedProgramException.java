package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.Errno;

/// A program that the verifier does not accept; the log tells why.
public final class RejectedProgramException extends EbpfException {
    private static final long serialVersionUID = 1L;

    private final transient Verification verification;

    RejectedProgramException(String program, Verification verification) {
        super(
                "%s: rejected by the verifier: %s: %s"
                        .formatted(
                                program, Errno.nameOf(verification.errno()), reason(verification)));
        this.verification = verification;
    }

    private static String reason(Verification verification) {
        for (String line : verification.log().reversed()) {
            boolean state = line.startsWith("cur state:") || line.startsWith("old state:");
            if (!line.isBlank() && !line.startsWith("processed ") && !state) {
                return line.strip();
            }
        }
        return "no reason given";
    }

    /// The error's name and the log's last telling line.
    public String reason() {
        return Errno.nameOf(verification.errno()) + ": " + reason(verification);
    }

    public Verification verification() {
        return verification;
    }
}
