package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.xsk.XskMode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A benchmark of packets that come to an AF_XDP socket.
abstract class XskReceivingBenchCommand extends XskBenchCommand {
    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            description = "seconds between reports (default: ${DEFAULT-VALUE})")
    private int seconds = 2;

    @Mixin private ModeOption mode = new ModeOption();

    @Override
    final int interval() {
        return seconds;
    }

    @Override
    final boolean receives() {
        return true;
    }

    @Override
    protected final XskMode mode() {
        return switch (mode.mode()) {
            case NATIVE -> XskMode.NATIVE;
            case SKB -> XskMode.GENERIC;
            case UNSPECIFIED -> XskMode.AUTO;
        };
    }
}
