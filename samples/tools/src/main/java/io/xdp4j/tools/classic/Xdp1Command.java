package io.xdp4j.tools.classic;

import picocli.CommandLine.Command;

/// `xdp4j xdp1`.
///
/// Kernel: `samples/bpf/xdp1_kern.c`.
@Command(
        name = "xdp1",
        description = "Drop all packets and count them by IP protocol.",
        mixinStandardHelpOptions = true)
public final class Xdp1Command extends ProtocolCountCommand {
    public Xdp1Command() {
        super("xdp1");
    }
}
