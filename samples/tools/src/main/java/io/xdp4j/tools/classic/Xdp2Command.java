package io.xdp4j.tools.classic;

import picocli.CommandLine.Command;

/// `xdp4j xdp2`.
///
/// Kernel: `samples/bpf/xdp2_kern.c`.
@Command(
        name = "xdp2",
        description =
                "Send UDP packets back with swapped addresses, drop all others and"
                        + " count them by IP protocol.",
        mixinStandardHelpOptions = true)
public final class Xdp2Command extends ProtocolCountCommand {
    public Xdp2Command() {
        super("xdp2");
    }
}
