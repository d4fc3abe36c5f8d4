package io.xdp4j.linux;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Checks the system before anything is set up.
final class NetNamespaceCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (!LinuxPlatform.isSupported()) {
            return ConditionEvaluationResult.disabled("needs Linux on x86-64 or arm64");
        }
        List<Capability> missing =
                Capabilities.effective()
                        .missing(
                                Capability.CAP_SYS_ADMIN,
                                Capability.CAP_NET_ADMIN,
                                Capability.CAP_NET_RAW);
        if (!missing.isEmpty()) {
            return ConditionEvaluationResult.disabled("needs " + missing + "; run as root");
        }
        return hasCommand("ip")
                ? ConditionEvaluationResult.enabled("namespaces can be made")
                : ConditionEvaluationResult.disabled("needs the command `ip` of iproute2");
    }

    private static boolean hasCommand(String command) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, command)));
    }
}
