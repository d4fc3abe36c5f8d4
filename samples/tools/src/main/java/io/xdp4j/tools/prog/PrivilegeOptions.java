package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.ebpf.verifier.Privilege;
import picocli.CommandLine.Option;

/// What the loader of a program may do: all, unless options or a batch request's flags say less.
final class PrivilegeOptions {
    private static final String UNPRIVILEGED = "unprivileged";
    private static final String NO_PERFMON = "no_perfmon";

    @Option(
            names = "--unprivileged",
            description =
                    "judge as the kernel judges for a user without capabilities (socket_filter and"
                            + " cgroup_skb programs only)")
    private boolean unprivileged;

    @Option(
            names = "--no-perfmon",
            description =
                    "judge as the kernel judges with CAP_BPF and CAP_NET_ADMIN but without CAP_PERFMON")
    private boolean noPerfmon;

    Privilege privilege() {
        if (unprivileged) {
            return Privilege.NONE;
        }
        return noPerfmon ? Privilege.BPF : Privilege.FULL;
    }

    /// By the flags of a batch request.
    static Privilege of(Json flags) {
        PrivilegeOptions options = new PrivilegeOptions();
        for (Json flag : flags.list()) {
            options.unprivileged |= flag.text().equals(UNPRIVILEGED);
            options.noPerfmon |= flag.text().equals(NO_PERFMON);
        }
        return options.privilege();
    }
}
