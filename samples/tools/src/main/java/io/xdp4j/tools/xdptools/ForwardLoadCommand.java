package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.core.device.ChainedProgram;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.forward.ForwardingCommand;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j forward load`.
@Command(
        name = "load",
        description = {
            "Forward packets between the devices.",
            "On a running datapath the programs stay, in a chain with others, until"
                    + " they are unloaded; a datapath of its own runs until it is stopped."
        },
        mixinStandardHelpOptions = true)
final class ForwardLoadCommand extends ForwardingCommand {
    /// What decides where a packet goes.
    enum ForwardMode {
        FIB,
        FLOWTABLE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// How routes are looked up.
    enum FibMode {
        FULL,
        DIRECT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = {"-f", "--fwd-mode"},
            paramLabel = "MODE",
            description = "what decides: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private ForwardMode mode = ForwardMode.FIB;

    @Option(
            names = {"-F", "--fib-mode"},
            paramLabel = "MODE",
            description =
                    "${COMPLETION-CANDIDATES}: with or without rules (default: ${DEFAULT-VALUE})")
    private FibMode fibMode = FibMode.FULL;

    @Mixin private ModeOption attachMode = new ModeOption();

    @Override
    protected boolean detaches() {
        return false;
    }

    @Override
    protected boolean isDirect() {
        if (mode == ForwardMode.FLOWTABLE) {
            throw new CommandException(
                    ExitCode.UNSUPPORTED,
                    "--fwd-mode: flowtable: netfilter's flows are the kernel's (expected: fib)");
        }
        return fibMode == FibMode.DIRECT;
    }

    @Override
    protected AttachRequest attach(int ifindex, int program) {
        return AttachRequest.of(ifindex, program)
                .withMode(attachMode.mode())
                .withPriority(ChainedProgram.DEFAULT_PRIORITY, ChainedProgram.DEFAULT_ACTIONS);
    }
}
