package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `samples/bpf/xdp_fwd` routes between hosts by the routes and neighbours of its namespace, whose
/// own stack forwards nothing.
final class FibForwardingTest {
    private static final long TEN_MB = 10_000_000;

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(2, "ping", "ethtool", "sysctl");
        for (int number = 1; number <= 2; number++) {
            lab.hub().addAddress(Lab.port(number), router(number) + "/24");
            lab.hub().addAddress(Lab.port(number), router6(number) + "/64");
            lab.host(number).addAddress("eth0", address(number) + "/24");
            lab.host(number).addAddress("eth0", address6(number) + "/64");
            lab.host(number).ip("route", "add", "default", "via", router(number));
            lab.host(number).ip("-6", "route", "add", "default", "via", router6(number));
        }
        lab.hub().exec("sysctl", "-qw", "net.ipv4.ip_forward=0");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private static String router(int number) {
        return "10.78." + number + ".254";
    }

    private static String router6(int number) {
        return "fd78:" + number + "::254";
    }

    private static String address(int number) {
        return "10.78." + number + ".1";
    }

    private static String address6(int number) {
        return "fd78:" + number + "::1";
    }

    private void start(String network) {
        lab.startFile(
                """
                workers: 2
                devices:
                  - {name: p1, transport: af_packet, interface: p1}
                  - {name: p2, transport: af_packet, interface: p2}
                programs:
                  - name: fwd
                    type: object
                    file: %s
                    program: xdp_fwd_prog
                    entries:
                      - {map: xdp_tx_ports, key: p1, device: p1}
                      - {map: xdp_tx_ports, key: p2, device: p2}
                    attach: [p1, p2]
                network:
                %s
                """
                        .formatted(
                                Repository.root().resolve("samples/bpf/xdp_fwd.bpf.o"), network));
    }

    @Test
    void routesAsTheHostSaysAndAsItChanges() {
        start("  forwarding: {ipv4: true, ipv6: true}");
        lab.assertPings(1, address(2));
        lab.assertPings(2, address6(1));
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), address(2), TEN_MB);

        String far = "10.99.0.1";
        lab.host(2).addAddress("lo", far + "/32");
        assertThat(lab.pings(1, far)).as("no route yet").isFalse();
        lab.hub().ip("route", "add", far, "via", address(2));
        Await.until("the new route", () -> lab.pings(1, far));
        lab.hub().ip("route", "replace", "blackhole", far);
        Await.until("the black hole", () -> !lab.pings(1, far));

        Json summary = lab.stop();
        assertThat(summary.at("devices").list())
                .allMatch(port -> port.at("xdp", "redirect").number() > 0)
                .allMatch(port -> port.at("xdp", "aborted").number() == 0);
    }

    @Test
    void routesByTheFileAlone() {
        start(
                """
                  follow: none
                  forwarding: {ipv4: true}
                  addresses:
                    - {device: p1, address: 10.78.1.254/24}
                    - {device: p2, address: 10.78.2.254/24}
                  neighbours:
                    - {address: 10.78.1.1, mac: "%s", device: p1}
                    - {address: 10.78.2.1, mac: "%s", device: p2}
                """
                        .formatted(Lab.mac(1), Lab.mac(2)));
        lab.assertPings(1, address(2));
        assertThat(lab.pings(1, address6(2))).as("IPv6 is not forwarded").isFalse();
        lab.stop();
    }
}
