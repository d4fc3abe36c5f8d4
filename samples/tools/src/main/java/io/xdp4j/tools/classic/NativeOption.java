package io.xdp4j.tools.classic;

import io.xdp4j.control.AttachMode;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.AttachOptions;
import picocli.CommandLine.Option;

/// `-N`, which some tools have beside `-S`.
final class NativeOption {
    @Option(names = "-N", description = "enforce native mode, which is the default")
    private boolean wanted;

    /// The options as they are. Fails: [CommandException] when they ask for both modes.
    AttachOptions check(AttachOptions options) {
        if (wanted && options.mode() == AttachMode.SKB) {
            throw CommandException.usage("-N: with -S (expected: one of them)");
        }
        return options;
    }
}
