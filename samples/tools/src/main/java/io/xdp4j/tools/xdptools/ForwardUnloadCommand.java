package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.tools.forward.ForwardingCommand;
import picocli.CommandLine.Command;

/// `xdp4j forward unload`.
@Command(
        name = "unload",
        description = "Take the forwarding program off the devices of a running datapath.",
        mixinStandardHelpOptions = true)
final class ForwardUnloadCommand extends ForwardingCommand {
    @Override
    protected boolean detaches() {
        return true;
    }

    @Override
    protected boolean isDirect() {
        return false;
    }

    @Override
    protected AttachRequest attach(int ifindex, int program) {
        throw new IllegalStateException("unload attaches nothing");
    }
}
