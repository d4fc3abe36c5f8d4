package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import io.xdp4j.ebpf.collection.Verification;
import io.xdp4j.ebpf.verifier.Explanation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the verifier said, in the contract's words.
///
/// @param errno 0 when accepted
/// @param log the last line is `processed N insns ...`
/// @param explanation why it was rejected; null when accepted
record Verdict(int errno, List<String> log, int processed, @Nullable Explanation explanation) {
    private static final int ANSWERED_LINES = 40;

    static Verdict of(Verification verification) {
        return new Verdict(
                verification.errno(),
                verification.log(),
                verification.processed(),
                verification.explanation());
    }

    /// The verdict behind a failed load.
    ///
    /// Fails: with the exception itself, when it is not the verifier's.
    static Verdict rejected(EbpfException failure) {
        if (failure instanceof RejectedProgramException rejected) {
            return of(rejected.verification());
        }
        throw failure;
    }

    /// The fields of an answer; only the last lines of the log.
    Map<String, @Nullable Object> form() {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("verdict", errno == 0 ? "accept" : "reject");
        if (errno != 0) {
            form.put("errno", Errno.nameOf(errno));
        }
        form.put("log", log.subList(Math.max(0, log.size() - ANSWERED_LINES), log.size()));
        form.put("processed", processed);
        if (explanation != null) {
            form.put("explanation", ExplanationForm.of(explanation, null));
        }
        return form;
    }
}
