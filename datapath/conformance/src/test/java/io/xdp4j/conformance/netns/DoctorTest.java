package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.ToolCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `xdp4j doctor` on a veth.
final class DoctorTest {
    private static final Path DISPATCHER =
            Path.of("/usr/lib/x86_64-linux-gnu/bpf/xdp-dispatcher.o");

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(2, "ethtool");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void freeVethCanBeDrivenNativelyByCopy() {
        Json diagnosis = examine("p1");
        assertThat(diagnosis.at("best").text()).isEqualTo("native copy");
        assertThat(way(diagnosis, "native zero-copy").at("works").isTrue()).isFalse();
        assertThat(way(diagnosis, "native zero-copy").at("why").text()).contains("driver veth");
        assertThat(check(diagnosis, "driver").at("found").text()).contains("native XDP");
    }

    @Test
    void namesWhoHasTheInterfaceAndTheWayOut() {
        lab.startSwitch("--transport", "af_xdp");
        Json diagnosis = examine("p1");
        Json program = check(diagnosis, "program");
        assertThat(program.at("level").text()).isEqualTo("fail");
        String pid = "(pid " + lab.tool().pid() + ")";
        assertThat(program.at("found").text()).contains("xdp4j_xsk (id ").contains(pid);
        assertThat(program.at("remedy").text()).contains("bpftool link detach id").contains(pid);
        assertThat(diagnosis.at("best").text()).isEqualTo("AF_PACKET");
        assertThat(way(diagnosis, "native copy").at("remedy").text()).contains(pid);
        lab.stop();
    }

    @ParameterizedTest
    @CsvSource({"xdp, native", "xdpgeneric, generic"})
    void namesWhatIpLinkAttached(String keyword, String mode) {
        attach(keyword, Repository.root().resolve("samples/bpf/xdp1.bpf.o"), "xdp.frags");
        Json program = check(examine("p1"), "program");
        assertThat(program.at("found").text())
                .matches("xdp1 \\(id \\d+\\), " + mode + ", attached through netlink");
        String remedy = "ip link set dev p1 " + keyword + " off";
        assertThat(program.at("remedy").text()).isEqualTo(remedy);
        lab.hub().exec("sh", "-c", remedy);
        assertThat(examine("p1").at("best").text()).isEqualTo("native copy");
    }

    private void attach(String keyword, Path object, String section) {
        lab.hub()
                .ip(
                        "link",
                        "set",
                        "dev",
                        "p1",
                        keyword,
                        "object",
                        object.toString(),
                        "section",
                        section);
    }

    @Test
    void sendsTheUserOfADispatcherToItsLoader() {
        assumeTrue(Files.exists(DISPATCHER), "needs " + DISPATCHER + " (package libxdp1)");
        attach("xdp", DISPATCHER, "xdp");
        Json program = check(examine("p1"), "program");
        assertThat(program.at("remedy").text())
                .isEqualTo("xdp-loader unload p1 --all, or ip link set dev p1 xdp off");
    }

    @Test
    void saysWhatElseIsInTheWay() {
        lab.hub().ip("link", "set", "p1", "down");
        lab.hub().ip("link", "set", "p1", "mtu", "9000");
        Json diagnosis = examine("p1");
        assertThat(check(diagnosis, "state").at("remedy").text())
                .isEqualTo("ip link set dev p1 up");
        assertThat(check(diagnosis, "mtu").at("level").text()).isEqualTo("warn");
    }

    private Json examine(String port) {
        ToolCommand.Output output =
                ToolCommand.of("doctor", port, "--json")
                        .by("ip", "netns", "exec", lab.hub().name())
                        .run();
        assertThat(output.exitCode()).as(output.err().toString()).isZero();
        return Json.parse(String.join("", output.out()));
    }

    private static Json check(Json diagnosis, String name) {
        return named(diagnosis.at("checks").list(), "name", name);
    }

    private static Json way(Json diagnosis, String name) {
        return named(diagnosis.at("ways").list(), "way", name);
    }

    private static Json named(List<Json> items, String key, String name) {
        return items.stream()
                .filter(item -> item.at(key).text().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
