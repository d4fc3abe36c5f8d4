package io.xdp4j.tools.session;

import io.xdp4j.control.AttachMode;
import picocli.CommandLine.Option;

/// How a tool attaches.
public final class AttachOptions {
    @Option(
            names = {"-S", "--skb-mode"},
            description = "attach in generic (skb) mode")
    private boolean skb;

    @Option(
            names = {"-F", "--force"},
            description = "replace a program that is attached already")
    private boolean force;

    public AttachMode mode() {
        return skb ? AttachMode.SKB : AttachMode.NATIVE;
    }

    public boolean force() {
        return force;
    }
}
