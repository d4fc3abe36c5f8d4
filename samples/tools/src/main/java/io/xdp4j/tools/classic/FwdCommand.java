package io.xdp4j.tools.classic;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.tools.forward.ForwardingCommand;
import io.xdp4j.tools.session.AttachOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j xdp_fwd`.
///
/// Kernel: `samples/bpf/xdp_fwd_user.c`.
@Command(
        name = "xdp_fwd",
        description = {
            "Forward between the devices by the host's routes, and pass what has none.",
            "On a running datapath the programs stay attached; -d takes them off."
        },
        mixinStandardHelpOptions = true)
public final class FwdCommand extends ForwardingCommand {
    @Option(names = "-d", description = "detach the programs")
    private boolean detach;

    @Option(names = "-D", description = "look routes up in the table directly, without rules")
    private boolean direct;

    @Mixin private AttachOptions attach = new AttachOptions();

    @Override
    protected boolean detaches() {
        return detach;
    }

    @Override
    protected boolean isDirect() {
        return direct;
    }

    @Override
    protected AttachRequest attach(int ifindex, int program) {
        return AttachRequest.of(ifindex, program).withMode(attach.mode()).withForce(attach.force());
    }
}
