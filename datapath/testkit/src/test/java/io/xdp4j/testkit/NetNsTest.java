package io.xdp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class NetNsTest {
    @Test
    void linksTwoNamespacesAndRemovesThem() {
        Path directory = Path.of("/var/run/netns");
        String leftName;
        try (NetNs left = NetNs.create("left");
                NetNs right = NetNs.create("right")) {
            leftName = left.name();
            assertThat(directory.resolve(leftName)).exists();
            NetNs.link(left, "eth0", right, "eth7");
            left.addAddress("eth0", "10.9.0.1/24").addAddress("eth0", "fd00:9::1/64");
            assertThat(left.ip("-br", "addr", "show", "eth0"))
                    .contains("10.9.0.1/24", "fd00:9::1/64");
            assertThat(right.exec("cat", "/sys/class/net/eth7/carrier").strip()).isEqualTo("1");
            assertThat(right.tryExec("false").exitCode()).isEqualTo(1);
        }
        assertThat(Files.exists(directory.resolve(leftName))).isFalse();
    }

    @Test
    void failureShowsTheCommandAndItsOutput() {
        try (NetNs netns = NetNs.create("fail")) {
            assertThatThrownBy(() -> netns.ip("link", "show", "nothing"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("link show nothing: exit code 1")
                    .hasMessageContaining("does not exist");
        }
    }
}
