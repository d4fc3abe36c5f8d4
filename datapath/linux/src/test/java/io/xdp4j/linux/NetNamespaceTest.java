package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.xdp4j.linux.device.IfReq;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@NeedsNetNamespaces
class NetNamespaceTest {
    private static String current() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    }

    @Test
    void visitEndsWhereItBegan() throws IOException {
        String home = current();
        try (TestNamespace namespace = TestNamespace.create()) {
            try (NetNamespace visit = namespace.enter()) {
                assertThat(visit.name()).isEqualTo(namespace.name());
                assertThat(current()).isNotEqualTo(home);
            }
            assertThat(current()).isEqualTo(home);
        }
    }

    @Test
    void socketsStayInTheNamespaceTheyWereMadeIn() {
        try (TestNamespace namespace = TestNamespace.withVeth()) {
            IfReq inside;
            try (NetNamespace _ = namespace.enter()) {
                inside = IfReq.open();
            }
            try (inside;
                    IfReq outside = IfReq.open()) {
                assertThat(inside.index("left")).isPositive();
                assertThatExceptionOfType(NativeException.class)
                        .isThrownBy(() -> outside.index("left"));
            }
        }
    }

    @Test
    void refusesUnknownNames() {
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> NetNamespace.enter("xdp4j-none"))
                .withMessageContaining("/var/run/netns/xdp4j-none): ENOENT: ")
                .withMessageContaining("; no such network namespace; ");
        assertThatIllegalArgumentException().isThrownBy(() -> NetNamespace.enter("../x"));
    }
}
