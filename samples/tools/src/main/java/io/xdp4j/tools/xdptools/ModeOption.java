package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachMode;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import picocli.CommandLine.Option;

/// Where a program runs, in the words of xdp-tools.
final class ModeOption {
    /// Its words.
    enum Mode {
        NATIVE,
        SKB,
        HW,
        UNSPECIFIED;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @Option(
            names = {"-m", "--mode", "--xdp-mode"},
            paramLabel = "MODE",
            description = "native, skb or unspecified (default: ${DEFAULT-VALUE})")
    private Mode mode = Mode.NATIVE;

    AttachMode mode() {
        return mode("--mode", mode);
    }

    /// The mode that an option asks for.
    static AttachMode mode(String option, Mode asked) {
        return switch (asked) {
            case NATIVE -> AttachMode.NATIVE;
            case SKB -> AttachMode.SKB;
            case UNSPECIFIED -> AttachMode.UNSPECIFIED;
            case HW ->
                    throw new CommandException(
                            ExitCode.UNSUPPORTED,
                            option
                                    + ": hw: no device here runs programs itself (expected: native or"
                                    + " skb)");
        };
    }
}
