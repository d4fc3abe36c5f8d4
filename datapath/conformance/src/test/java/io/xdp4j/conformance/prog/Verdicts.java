package io.xdp4j.conformance.prog;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.verifier.Privilege;
import io.xdp4j.ebpf.verifier.Verifier;
import io.xdp4j.ebpf.verifier.VerifierOptions;
import io.xdp4j.ebpf.verifier.VerifierResult;
import io.xdp4j.linux.Sched;
import io.xdp4j.linux.bpf.KernelBpf.LoadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Counts on which programs the verifier and the live kernel agree, and puts the others in classes.
///
/// Thread: one.
final class Verdicts {
    /// Words of a kernel that could not make an image of a program that it had verified.
    private static final String NO_IMAGE = "processed";

    private static final String CONFUSED = "verifier bug";

    private final Privilege privilege;
    private final VerifierOptions options;
    private final Map<String, Integer> classes = new TreeMap<>();
    private final List<String> acceptedHereAlone = new ArrayList<>();
    private final List<String> rejectedHereAlone = new ArrayList<>();
    private int bothAccept;
    private int bothReject;
    private int unsupported;

    /// @param privilege what both sides think of the loader
    Verdicts(Privilege privilege) {
        this.privilege = privilege;
        this.options =
                new VerifierOptions(0, Sched.configuredCpus(), KernelTypes::read, false, privilege);
    }

    /// Judges a program on both sides.
    ///
    /// @param what names it in reports, so that it can be made again
    void compare(String what, LinkedProgram program, KernelMirror kernel) {
        LoadResult theirs = kernel.judge(program, privilege);
        boolean accepts = theirs.fd() >= 0;
        boolean verdict =
                !theirs.log().startsWith(NO_IMAGE)
                        && !KernelMirror.lastLine(theirs.log()).startsWith(CONFUSED);
        if (!accepts && !verdict) {
            return;
        }
        VerifierResult ours;
        try {
            ours = Verifier.verify(program, options);
        } catch (UnsupportedException e) {
            unsupported++;
            return;
        }
        if (ours.accepted() == accepts) {
            bothAccept += accepts ? 1 : 0;
            bothReject += accepts ? 0 : 1;
            return;
        }
        String reason = accepts ? ours.reason() : KernelMirror.lastLine(theirs.log());
        String side = accepts ? "rejected here alone: " : "accepted here alone: ";
        classes.merge(side + withoutNumbers(reason), 1, Integer::sum);
        (accepts ? rejectedHereAlone : acceptedHereAlone).add(what + ": " + reason);
    }

    private static String withoutNumbers(String reason) {
        return reason.replaceAll("-?\\d+", "N");
    }

    /// Programs that only the kernel rejects, each with its reason.
    List<String> acceptedHereAlone() {
        return acceptedHereAlone;
    }

    /// Programs that only the kernel accepts, each with our reason.
    List<String> rejectedHereAlone() {
        return rejectedHereAlone;
    }

    int total() {
        return bothAccept + bothReject + acceptedHereAlone.size() + rejectedHereAlone.size();
    }

    /// Of what the kernel accepts, the share accepted here; 1 for none.
    double acceptedShare() {
        return share(bothAccept, rejectedHereAlone.size());
    }

    /// Of what the kernel rejects, the share rejected here; 1 for none.
    double rejectedShare() {
        return share(bothReject, acceptedHereAlone.size());
    }

    private static double share(int equal, int other) {
        return equal + other == 0 ? 1 : (double) equal / (equal + other);
    }

    String report() {
        StringBuilder report = new StringBuilder();
        report.append(
                "%d programs: kernel accepts %d, %.2f%% of them accepted here; rejects %d, %.2f%% rejected here; %d not supported"
                        .formatted(
                                total(),
                                bothAccept + rejectedHereAlone.size(),
                                acceptedShare() * 100,
                                bothReject + acceptedHereAlone.size(),
                                rejectedShare() * 100,
                                unsupported));
        classes.forEach((name, count) ->
                report.append('\n').append("  ").append(count).append("  ").append(name));
        return report.toString();
    }
}
